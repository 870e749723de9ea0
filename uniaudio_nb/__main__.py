"`python -m uniaudio_nb …` is `uniaudio …`."

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
