"""Entry point of the `signcast` command and of `python -m api`."""

from api.cli.app import app


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
