"""`python -m orthoplex`: the same as the console command."""

from orthoplex.cli import main

raise SystemExit(main())
