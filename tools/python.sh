#!/bin/sh
# Run a script with the first Python that is new enough: sh tools/python.sh SCRIPT ARGUMENT...
# PYTHON=... names another one.
for python in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$python" "$@"
    fi
done
echo "This book needs Python 3.11 or later, and none of ${PYTHON:-python3, python3.13, python3.12, python3.11, python} is." >&2
echo "Install one, or name it: make book PYTHON=/path/to/python3.12" >&2
exit 1
