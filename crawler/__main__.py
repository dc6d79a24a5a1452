"""`python -m crawler` is `tindothi`."""

from crawler.cli import main

if __name__ == "__main__":
    main()
