"""The one exception for problems that a user can fix."""


class InputError(ValueError):
    """Something the user supplied is wrong.

    The message is one sentence for the user's eyes: what is wrong, where (file, key, row) and what
    would be right.  Scripts print it without a traceback.
    """
