"""`python -m carbon_client` is the command `carbon`."""

from carbon_client.cli.main import run

if __name__ == "__main__":
    run()
