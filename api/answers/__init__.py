"""The shapes of answers, for the OpenAPI document and the tests; answers are not validated again when sent."""
