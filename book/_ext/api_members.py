"""Leave out of the API page what Python itself says of a named tuple's fields.

"Alias for field number 0" tells a reader nothing; the class's own docstring describes its fields.
"""


def leave_out_fields(app, what, name, obj, skip, options) -> bool | None:
    """Skip a field of a named tuple; of anything else the others decide."""
    return True if (getattr(obj, "__doc__", None) or "").startswith("Alias for field") else None


def setup(app):
    app.connect("autodoc-skip-member", leave_out_fields)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
