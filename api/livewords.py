"""What refusals of live sound say, and why a microphone's socket closes."""

from collections.abc import Mapping
from typing import Final

from api.wording import Wording
from controller.live.model import Reason

LIVE_WORDINGS: Final[Mapping[str, Wording]] = {
    "no-stream-address": Wording(
        422,
        "Không phải địa chỉ luồng phát",
        "“{url}” không phải địa chỉ có thể tiếp âm. Hãy viết đầy đủ, bắt đầu bằng http:// hoặc "
        "https://, ví dụ http://dai.example.vn:8000/fm.mp3.",
        "Not the address of a stream",
        "“{url}” cannot be relayed. Write the whole address, beginning with http:// or https://, "
        "such as http://dai.example.vn:8000/fm.mp3.",
    ),
    "may-not-page": Wording(
        403,
        "Không được phát trực tiếp",
        "Phát trực tiếp không chờ người duyệt được, nên chỉ tài khoản được tự duyệt mới nói được. "
        "Hãy nhờ người có quyền duyệt, hoặc gửi một thông báo để duyệt.",
        "May not speak live",
        "Live sound cannot wait for approval, so only who may approve alone may speak. Ask such a "
        "person, or send an announcement to be approved.",
    ),
    "booths-taken": Wording(
        503,
        "Hết phòng phát trực tiếp",
        "Đang có {limit} buổi phát trực tiếp, không thêm được nữa. Hãy chờ một buổi kết thúc rồi "
        "thử lại.",
        "Every booth is taken",
        "{limit} people speak live now, and there is no room for more. Wait until one has ended.",
    ),
    "booth-failed": Wording(
        500,
        "Phòng phát trực tiếp không mở được",
        "Bộ xử lý tiếng không chạy ({reason}); buổi phát đã kết thúc. Hãy thử lại; nếu vẫn hỏng, "
        "báo quản trị viên.",
        "The booth does not open",
        "The program that works on the sound does not run ({reason}); the page has ended. Try "
        "again, then tell the administrator.",
    ),
    "page-over": Wording(
        410,
        "Buổi phát đã kết thúc",
        "Buổi phát trực tiếp “{name}” đã kết thúc ({reason}). Hãy bắt đầu một buổi mới.",
        "The page is over",
        "“{name}” has ended ({reason}). Begin a new one.",
    ),
    "audience-full": Wording(
        503,
        "Quá nhiều nơi đang nghe",
        "Buổi phát này đang có {limit} nơi nghe, không thêm được nữa. Hãy đóng bớt nơi nghe thử "
        "rồi thử lại.",
        "Too many listen",
        "{limit} listen to this page, and no more can. Close some and try again.",
    ),
    "not-a-message": Wording(
        400,
        "Micrô gửi dữ liệu không hiểu được",
        'Chỉ nhận gói tiếng Opus và tin {{"type": "release"}}. Hãy tải lại trang rồi thử lại.',
        "Not understood",
        'Only Opus packets and {{"type": "release"}} are taken. Load the page again and try.',
    ),
    "too-fast": Wording(
        429,
        "Gửi quá nhanh",
        "Tiếng gửi đến nhanh hơn lời nói. Hãy gửi mỗi gói 20 ms, 50 gói một giây.",
        "Too fast",
        "Sound comes faster than anybody speaks. Send a packet of 20 ms 50 times a second.",
    ),
    "too-many-sockets": Wording(
        429,
        "Quá nhiều micrô",
        "Tài khoản này đang nối {limit} micrô. Hãy đóng bớt rồi thử lại.",
        "Too many microphones",
        "This account has {limit} microphones connected. Close some and try again.",
    ),
}

CLOSINGS: Final[Mapping[str, tuple[int, str]]] = {
    "not-a-message": (4400, "Dữ liệu không đúng / not understood"),
    "not-authenticated": (4401, "Chưa đăng nhập / not signed in"),
    "cross-site": (4403, "Yêu cầu từ trang khác / from another site"),
    "forbidden": (4403, "Buổi phát của người khác / somebody else's page"),
    "not-found": (4404, "Không có buổi phát này / no such page"),
    "conflict": (4409, "Đã có micrô khác / another microphone is connected"),
    "page-over": (4410, "Buổi phát đã kết thúc / the page is over"),
    "invalid": (4413, "Gói tiếng quá dài hoặc rỗng / a packet too long or empty"),
    "too-fast": (4429, "Gửi quá nhanh / faster than real time"),
    "too-many-sockets": (4429, "Quá nhiều micrô / too many microphones"),
}
"""By an error's code: how a microphone's socket closes. A reason has at most 123 bytes."""

ENDINGS: Final[Mapping[Reason, str]] = {
    Reason.RELEASED: "Đã nhả micrô / released",
    Reason.MAX_DURATION: "Hết thời gian / the time is over",
    Reason.SILENT: "Im lặng quá lâu / silent for too long",
    Reason.AWAY: "Mất micrô / the microphone was away",
    Reason.GARBLED: "Tiếng bị hỏng / the sound was garbled",
    Reason.CANCELLED: "Đã bị hủy / cancelled",
    Reason.HOURS: "Ngoài giờ cho phép / outside the allowed hours",
    Reason.FAULT: "Lỗi hệ thống / a fault of the controller",
    Reason.STOPPED: "Máy chủ dừng / the controller stops",
    Reason.RESTARTED: "Máy chủ khởi động lại / the controller was restarted",
}
