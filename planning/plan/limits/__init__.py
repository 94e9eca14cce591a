"""Where and when jobs run that share capacity, a budget or a cap on emissions: numbers in, numbers out."""
