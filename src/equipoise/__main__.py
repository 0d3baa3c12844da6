"""`python -m equipoise` is `equipoise`."""

import sys

from equipoise.cli.main import main

sys.exit(main())
