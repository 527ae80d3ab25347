"""Entry point for `python -m api`, which is equivalent to `gender-coach`."""

from api.cli import main

if __name__ == "__main__":
    main()
