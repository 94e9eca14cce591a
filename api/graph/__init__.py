"""GraphQL over the same questions and answers as the JSON interface. Imported by the first request to /graphql.

Types are made from the shapes of answers and the models of questions, so that every field has its one description.
"""
