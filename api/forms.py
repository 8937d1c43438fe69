"""What every JSON form has in common, coming in and going out."""

from pydantic import BaseModel, ConfigDict


class In(BaseModel):
    """JSON that comes in: what is not known is refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Out(BaseModel):
    """JSON that goes out, made from the controller's values."""

    model_config = ConfigDict(from_attributes=True, populate_by_name=True)
