"""What refusals in the life of a broadcast say."""

from collections.abc import Mapping
from typing import Final

from api.wording import Wording

LIFE_WORDINGS: Final[Mapping[str, Wording]] = {
    "wrong-state": Wording(
        409,
        "Lịch phát không ở trạng thái này",
        "Lịch phát đang ở trạng thái “{state}” nên không làm được việc “{step}”. Hãy tải lại trang "
        "để xem ai đã làm gì.",
        "Not in that state",
        "The broadcast is {state}, so “{step}” cannot be done. Load it again to see who did what.",
    ),
    "broadcast-over": Wording(
        409,
        "Đã qua giờ phát",
        "Giờ phát cuối cùng đã qua ({ended_at}). Hãy sửa giờ phát rồi gửi duyệt lại.",
        "Its time is over",
        "The last of it would have ended by now ({ended_at}). Change its time and submit it again.",
    ),
    "spoken-live": Wording(
        409,
        "Đang nói trực tiếp",
        "Đây là lời nói trực tiếp nên không làm được việc “{step}”. Muốn dừng, hãy bấm hủy.",
        "Spoken live",
        "This is spoken live, so “{step}” cannot be done. To stop it, cancel it.",
    ),
    "content-changed": Wording(
        409,
        "Nội dung đã bị sửa",
        "Nội dung đã bị sửa sau khi bạn xem (mã hiện nay: {content_sha256}). Hãy xem lại nội dung "
        "mới rồi duyệt.",
        "The content was changed",
        "It was edited after you looked (its hash is {content_sha256} now). Look at what it is "
        "now, then approve that.",
    ),
    "edited-meanwhile": Wording(
        412,
        "Người khác vừa sửa",
        "Người khác đã sửa lịch phát này trong lúc bạn sửa (mã hiện nay: {content_sha256}). Chưa "
        "có gì bị ghi đè. Hãy tải lại, rồi sửa trên bản mới.",
        "Somebody else edited it",
        "Somebody else edited this meanwhile (its hash is {content_sha256} now). Nothing was "
        "overwritten. Load it again and edit that.",
    ),
    "version-missing": Wording(
        428,
        "Thiếu bản gốc khi sửa",
        "Yêu cầu sửa phải kèm If-Match với mã ETag của bản đang sửa, để không ghi đè lên người "
        "khác. Hãy tải lại lịch phát rồi gửi lại.",
        "An edit of no version",
        "An edit needs If-Match with the ETag of the version it began with, so that nobody is "
        "overwritten. Load the broadcast again and resend.",
    ),
    "own-work": Wording(
        403,
        "Không tự duyệt bài của mình",
        "Bạn có tên trong những người soạn ({authors}). Hãy nhờ người khác duyệt hoặc trả lại.",
        "Your own work",
        "You are one of its authors ({authors}). Ask somebody else to approve or reject it.",
    ),
    "two-persons": Wording(
        403,
        "Phải có hai người",
        "Nơi này ({areas}) yêu cầu hai người: một người soạn, một người khác duyệt. Hãy nhờ người "
        "khác duyệt.",
        "Two persons are needed",
        "This place ({areas}) asks for two persons: one writes, another approves. Ask somebody "
        "else.",
    ),
    "others-work": Wording(
        403,
        "Bài của người khác",
        "Chỉ người soạn ({authors}) mới gửi duyệt hoặc rút lại được. Hãy nhờ họ, hoặc trả lại kèm "
        "lý do.",
        "Somebody else's work",
        "Only its authors ({authors}) submit or withdraw it. Ask them, or reject it and say why.",
    ),
    "from-above": Wording(
        403,
        "Bài của cấp trên",
        "Bài này do {name} ({level}) gửi xuống, số {reference}; ở đây không sửa được. Hãy liên hệ "
        "nơi gửi. Người có quyền duyệt một mình có thể hủy, kèm lý do.",
        "Sent by a higher level",
        "{name} ({level}) sent this, reference {reference}; it cannot be edited here. Ask the "
        "sender. Whoever may approve alone can cancel it, and must say why.",
    ),
    "stations-relay": Wording(
        403,
        "Chỉ dành cho trạm cấp trên",
        "Trạm cấp trên chỉ gửi bài mang đúng cấp và tên của mình, và chỉ hủy được bài đó; người "
        "của địa phương không ghi nguồn cấp trên. Hãy xem lại mục origin ({action}).",
        "For stations of higher levels",
        "A station sends only what carries its own level and name, and may cancel only that; "
        "people of the place give no origin. Check `origin` ({action}).",
    ),
    "order-against-priority": Wording(
        422,
        "Thứ tự trái với mức ưu tiên",
        "{second} có loại hoặc mức ưu tiên cao hơn {first} nên luôn phát trước. Hãy xếp bài mạnh "
        "hơn lên trước; thứ tự chỉ quyết định giữa các bài ngang nhau.",
        "An order against priority",
        "{second} has a higher class or priority than {first} and always wins. Put the stronger "
        "one first; an order decides among equals only.",
    ),
    "cannot-order": Wording(
        422,
        "Không xếp thứ tự được",
        "{broadcast} là bài khẩn cấp, hoặc không phát ở thiết bị nào của {area}. Hãy bỏ nó khỏi "
        "danh sách.",
        "Cannot be ordered",
        "{broadcast} is an emergency, or is for no device of {area}. Leave it out of the list.",
    ),
    "comment-missing": Wording(
        422,
        "Thiếu lý do",
        "Hãy ghi lý do vào mục comment để người soạn biết cần làm gì ({action}).",
        "Say why",
        "Write into `comment` why, so that the author knows what to do ({action}).",
    ),
}
