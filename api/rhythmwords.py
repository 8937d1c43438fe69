"""What the rhythm of a place says: how a quota stands, and what refusals of quotas say."""

from collections.abc import Mapping
from typing import Final

from api.wording import Wording
from controller.rhythm import Mark

MARKS: Final[Mapping[Mark, str]] = {
    Mark.FULFILLED: "đã đủ",
    Mark.PLANNED: "đã có lịch",
    Mark.MISSING: "còn thiếu",
    Mark.LATE: "trễ hạn",
}

RHYTHM_WORDINGS: Final[Mapping[str, Wording]] = {
    "quotas-full": Wording(
        409,
        "Đã đủ số định mức",
        "Nơi này đang theo dõi {limit} định mức, là mức nhiều nhất. Hãy bỏ một định mức cũ rồi "
        "thêm lại.",
        "Too many quotas",
        "There are {limit} quotas, which is the most. End an old one, then add this one again.",
    ),
    "quota-of-nothing": Wording(
        422,
        "Định mức chưa nói đếm gì",
        "Hãy ghi chiến dịch (campaign), loại nội dung (kind), hoặc cả hai, để biết tin nào được "
        "tính.",
        "A quota of nothing",
        "Give a campaign, a kind of content, or both, so that it is known what counts.",
    ),
    "long-rhythm": Wording(
        422,
        "Kết quả quá dài",
        "Kết quả có {lines} dòng, nhiều hơn mức cho phép ({limit}). Hãy chọn một địa bàn nhỏ hơn "
        "(area).",
        "A long answer",
        "The answer has {lines} lines, more than {limit}. Choose a smaller area.",
    ),
}
