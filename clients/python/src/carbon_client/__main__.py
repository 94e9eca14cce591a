"""`python -m carbon_client` is the command `carbon`."""

from carbon_client.cli.main import entry

if __name__ == "__main__":
    entry()
