"""The fonts, as drawings: `<slot>-<name>.font`."""
