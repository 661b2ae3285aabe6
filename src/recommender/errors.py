"""What can go wrong, each with what would mend it.

Every error the person can cause or cure derives from `RecommenderError`. A DVC stage prints it as
two lines (`error:` and `hint:`) and exits with code 2; anything else is a bug and shows its
traceback.
"""


class RecommenderError(Exception):
    """Something the person can mend.

    Attributes:
        message: What happened, and to what.
        hint: What mends it.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ParamsError(RecommenderError):
    """A value in params.yaml is missing, of the wrong type or out of range."""


class SourceError(RecommenderError):
    """The data at the door cannot be used as they are."""


class LeakError(RecommenderError):
    """What was asked for would measure a model on weeks it has seen."""


class ModelError(RecommenderError):
    """A model, or a file of one, cannot answer what it was asked."""


class UnknownUserError(ModelError):
    """A list was asked for a user the model was not fitted on."""
