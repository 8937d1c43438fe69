"""What refusals of emergencies, their templates and alerts of others say."""

from collections.abc import Mapping
from typing import Final

from api.wording import Wording

ALARM_WORDINGS: Final[Mapping[str, Wording]] = {
    "template-not-ready": Wording(
        422,
        "Mẫu khẩn cấp chưa đủ",
        "Mẫu này còn thiếu phần “{lacks}” (tin báo yên). Hãy thêm vào rồi duyệt lại.",
        "The template is not complete",
        "It lacks “{lacks}”, what is said when all is over. Add it, then approve it.",
    ),
    "pins-full": Wording(
        409,
        "Thiết bị hết chỗ để sẵn",
        "Thiết bị {device} đã giữ sẵn gần {limit_bytes} byte cho các mẫu khẩn cấp. Hãy thu hồi một "
        "mẫu cũ, hoặc viết mẫu này ngắn lại.",
        "No room to keep it ready",
        "{device} keeps nearly {limit_bytes} bytes ready for templates. Withdraw an old template, "
        "or make this one shorter.",
    ),
    "template-not-approved": Wording(
        409,
        "Mẫu chưa được duyệt",
        "Mẫu {template} chưa được duyệt, hoặc vừa bị sửa. Hãy nhờ người khác duyệt, hoặc chọn mẫu "
        "khác đã duyệt.",
        "The template is not approved",
        "Nobody has approved the template {template} as it is now. Ask somebody to approve it, or "
        "take another that is approved.",
    ),
    "shown-otherwise": Wording(
        409,
        "Khác với lúc xem trước",
        "Nội dung hoặc danh sách thiết bị đã khác lúc bạn xem trước. Hãy xem trước lại rồi bấm.",
        "Not what was looked at",
        "Its words or its devices are not those of the preview. Preview it again, then press.",
    ),
    "emergency-on": Wording(
        409,
        "Chưa báo yên",
        "Tin khẩn còn phát đến {ends_at}. Hãy báo yên trước, rồi ghi nhận xét.",
        "It is not over",
        "The emergency goes on until {ends_at}. Send the all clear first, then review it.",
    ),
    "own-emergency": Wording(
        403,
        "Cần người khác nhận xét",
        "Người bấm hoặc người báo yên không tự nhận xét được. Hãy nhờ người khác ghi nhận xét.",
        "Somebody else reviews it",
        "Whoever raised or ended it does not review it. Ask somebody else to write the note.",
    ),
    "not-a-source": Wording(
        401,
        "Không phải nguồn cảnh báo",
        "Mã truy cập này không thuộc nguồn cảnh báo nào. Hãy xin mã ở người quản trị.",
        "No source of alerts",
        "This token is of no source of alerts. Ask the administrator for one.",
    ),
    "cap-refused": Wording(
        409,
        "Cảnh báo bị từ chối",
        "Không nhận cảnh báo này ({reason}). Hãy gửi bản mới với mã, giờ gửi và tham chiếu đúng.",
        "The alert is refused",
        "The alert is not taken ({reason}). Send a new one with its own identifier, time and "
        "references.",
    ),
    "bad-alert": Wording(
        422,
        "Tệp không phải cảnh báo CAP 1.2",
        "Không nhận cảnh báo này ({reason}): {detail}. Hãy gửi tệp CAP 1.2 đúng chuẩn OASIS, không "
        "có DOCTYPE, không quá 1 MiB.",
        "Not a CAP 1.2 alert",
        "This alert is not taken ({reason}): {detail}. Send CAP 1.2 as OASIS wrote it, without a "
        "DOCTYPE, 1 MiB at most.",
    ),
}
