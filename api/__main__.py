"""`python -m api` is `gender-coach`."""

from api.cli import main

if __name__ == "__main__":
    main()
