"""Entry point of `python -m api`, which is the same as the command `gender-coach`."""

from api.cli import main

if __name__ == "__main__":
    main()
