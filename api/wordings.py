"""What every refusal says, in Vietnamese and in English, and what to do next: a table by code."""

from collections.abc import Mapping
from typing import Final

from api.alarmwords import ALARM_WORDINGS
from api.datawords import DATA_WORDINGS
from api.lifewords import LIFE_WORDINGS
from api.livewords import LIVE_WORDINGS
from api.rhythmwords import RHYTHM_WORDINGS
from api.timewords import TIME_WORDINGS
from api.truckwords import TRUCK_WORDINGS
from api.wording import Wording

WORDINGS: Final[Mapping[str, Wording]] = {
    "empty-text": Wording(
        422,
        "Chưa có chữ",
        "Tin không có chữ nào để hiện. Hãy nhập nội dung.",
        "No text",
        "There is nothing to show. Type some text.",
    ),
    "text-too-long": Wording(
        422,
        "Tin quá dài",
        "Tin có {length} ký tự, nhiều hơn mức cho phép ({limit}). Hãy rút ngắn hoặc chia thành "
        "nhiều tin.",
        "Text too long",
        "The text has {length} characters, more than fit ({limit}). Shorten it or make several "
        "messages.",
    ),
    "control-character": Wording(
        422,
        "Ký tự không hiện được",
        "Ký tự thứ {position} là ký tự điều khiển ({code_point}). Hãy xóa nó; thường do chép từ "
        "chương trình khác.",
        "A character that cannot be shown",
        "Character {position} is a control character ({code_point}). Delete it; it usually comes "
        "from copying out of another program.",
    ),
    "glyph-missing": Wording(
        422,
        "Phông không có chữ này",
        "Phông số {font} không có chữ “{letter}” ({code_point}), ở vị trí {position}. Hãy thay chữ "
        "đó hoặc chọn phông khác.",
        "The font lacks a letter",
        "Font {font} cannot draw “{letter}” ({code_point}), character {position}. Replace the "
        "letter or choose another font.",
    ),
    "unknown-font": Wording(
        422,
        "Không có phông này",
        "Không có phông số {font}. Hãy chọn một trong: {known}.",
        "No such font",
        "There is no font {font}. Choose one of: {known}.",
    ),
    "text-too-tall": Wording(
        422,
        "Chữ cao hơn bảng",
        "Phông số {font} cao {rows} hàng, bảng chỉ có {height_px} hàng. Phông vừa với bảng: "
        "{fitting}.",
        "Letters taller than the board",
        "Font {font} has {rows} rows, the board only {height_px}. Fonts that fit: {fitting}.",
    ),
    "text-too-wide": Wording(
        422,
        "Rộng hơn bảng",
        "“{what}” rộng {width_px} cột, bảng chỉ có {board_px} cột. Hãy chọn phông nhỏ hơn hoặc cho "
        "chữ chạy ngang.",
        "Wider than the board",
        "“{what}” is {width_px} LEDs wide, the board only {board_px}. Choose a smaller font, or "
        "let the text scroll sideways.",
    ),
    "too-many-fields": Wording(
        422,
        "Quá nhiều ô tự điền",
        "Một trang có tối đa {limit} ô ngày, giờ, đếm ngược, nhiệt độ, trong tối đa {font_limit} "
        "phông. Hãy bớt đi hoặc chia thành nhiều trang.",
        "Too many live fields",
        "A page has at most {limit} dates, times, countdowns and temperatures, in at most "
        "{font_limit} fonts. Take some away or make several pages.",
    ),
    "font-too-tall": Wording(
        422,
        "Phông cao quá",
        "Phông này cần ít nhất {smallest} hàng, nhiều hơn {rows}. Hãy chọn số hàng lớn hơn.",
        "Font too tall",
        "This font needs at least {smallest} rows, more than {rows}. Choose more rows.",
    ),
    "unknown-tag": Wording(
        422,
        "Không có thẻ này",
        "Không có thẻ [{tag}], ở ký tự thứ {position}. Hãy sửa thẻ; muốn hiện dấu ngoặc vuông thì "
        "gõ hai lần: [[.",
        "No such tag",
        "There is no tag [{tag}], character {position}. Correct it; to show a square bracket, type "
        "it twice: [[.",
        "Có phải [{nearest}] không?",
        "Did you mean [{nearest}]?",
    ),
    "bad-tag-value": Wording(
        422,
        "Giá trị trong thẻ không đúng",
        "Thẻ [{tag}] ở ký tự thứ {position} có giá trị “{value}”. Cần: {wanted}.",
        "A wrong value in a tag",
        "The tag [{tag}] at character {position} says “{value}”. Wanted: {wanted}.",
    ),
    "unclosed-tag": Wording(
        422,
        "Thẻ thiếu dấu đóng",
        "Dấu [ ở ký tự thứ {position} không có dấu ] theo sau. Hãy thêm ]; muốn hiện dấu ngoặc "
        "vuông thì gõ hai lần: [[.",
        "A tag without its end",
        "The [ at character {position} is not followed by ]. Add it; to show a square bracket, "
        "type it twice: [[.",
        "Có phải [{nearest}] không?",
        "Did you mean [{nearest}]?",
    ),
    "tag-not-open": Wording(
        422,
        "Đóng thẻ chưa mở",
        "[/{tag}] ở ký tự thứ {position} đóng một thẻ chưa mở. Hãy bỏ nó hoặc thêm thẻ mở phía "
        "trước.",
        "Closing what is not open",
        "[/{tag}] at character {position} closes what is not open. Remove it, or open it before.",
        "Đang mở: [{nearest}].",
        "What is open: [{nearest}].",
    ),
    "too-many-pages": Wording(
        422,
        "Quá nhiều trang",
        "Tin có hơn {limit} trang. Hãy chia thành nhiều tin.",
        "Too many pages",
        "The message has more than {limit} pages. Make several messages.",
    ),
    "not-an-image": Wording(
        422,
        "Không phải tệp hình",
        "Không đọc được hình trong tệp này ({reason}). Hãy tải lên PNG, JPEG hoặc GIF.",
        "Not an image",
        "No picture can be read from this file ({reason}). Upload PNG, JPEG or GIF.",
    ),
    "image-too-large": Wording(
        422,
        "Hình quá lớn",
        "Hình có {size} {unit}, tối đa {limit} (pixel là điểm ảnh, frame là khung hình của GIF). "
        "Hãy thu nhỏ hình hoặc bớt khung hình.",
        "Image too large",
        "The image has {size} {unit}s, at most {limit}. Make it smaller, or a GIF shorter.",
    ),
    "not-audio": Wording(
        422,
        "Không phải tệp âm thanh",
        "Không đọc được âm thanh trong tệp này ({reason}). Hãy tải lên WAV, MP3, OGG, FLAC, M4A "
        "hoặc AAC.",
        "Not an audio file",
        "No sound can be read from this file ({reason}). Upload WAV, MP3, OGG, FLAC, M4A or AAC.",
    ),
    "file-too-large": Wording(
        413,
        "Tệp quá lớn",
        "Tệp có {size_bytes} byte, tối đa {limit_bytes}. Hãy nén lại (MP3, OGG) hoặc cắt ngắn.",
        "File too large",
        "The file has {size_bytes} bytes, at most {limit_bytes}. Compress it (MP3, OGG) or cut it.",
    ),
    "sound-too-long": Wording(
        422,
        "Âm thanh quá dài",
        "Âm thanh dài hơn {limit_s} giây. Hãy chia thành nhiều tệp.",
        "Sound too long",
        "The sound is longer than {limit_s} seconds. Cut it into several files.",
    ),
    "too-costly": Wording(
        422,
        "Tệp âm thanh không xử lý được",
        "Giải mã tệp này cần quá nhiều thời gian hoặc bộ nhớ, hoặc làm hỏng bộ giải mã ({reason}). "
        "Hãy mở tệp bằng chương trình âm thanh, lưu lại thành MP3 hoặc WAV rồi tải lên lần nữa.",
        "The sound cannot be worked on",
        "Decoding this file takes too much time or memory, or breaks the decoder ({reason}). Open "
        "it in a sound program, save it as MP3 or WAV, and upload that.",
    ),
    "bad-dictionary": Wording(
        422,
        "Từ điển chữ tắt có dòng không đọc được",
        "Dòng {line}: “{written}”. Mỗi dòng viết: chữ tắt = cách đọc. Cách đọc chỉ gồm chữ và dấu "
        "phẩy, không có số, không có chữ viết tắt.",
        "A line of the abbreviations cannot be read",
        "Line {line}: “{written}”. Each line is: abbreviation = how it is said. What is said holds "
        "only words and commas, no digits and no abbreviation.",
    ),
    "unknown-chime": Wording(
        422,
        "Không có nhạc hiệu này",
        "Không có nhạc hiệu “{name}”. Hãy chọn một trong: {known}.",
        "No such chime",
        "There is no chime “{name}”. Choose one of: {known}.",
    ),
    "unknown-voice": Wording(
        422,
        "Không có giọng đọc này",
        "Không có giọng đọc “{name}” ở đây cho ngôn ngữ của phần này. Hãy chọn một trong: {known}.",
        "No such voice",
        "There is no voice “{name}” here for the language of this part. Choose one of: {known}.",
    ),
    "unknown-phrase": Wording(
        422,
        "Thiếu câu thu sẵn",
        "Không có câu thu sẵn “{name}”, nên không ghép được thông báo. Các câu đang có: {known}.",
        "A recorded phrase is missing",
        "There is no recorded phrase “{name}”, so nothing was put together. There are: {known}.",
    ),
    "nothing-to-say": Wording(
        422,
        "Không có gì để đọc",
        "Trong “{text}” không có từ nào để đọc. Hãy nhập nội dung thông báo.",
        "Nothing to say",
        "There is no word in “{text}”. Type what shall be said.",
    ),
    "speech-failed": Wording(
        502,
        "Máy đọc không đọc được",
        "Máy đọc “{engine}” không trả về tiếng nói ({reason}). Hãy thử lại, hoặc chọn giọng khác.",
        "The voice did not speak",
        "The speech engine “{engine}” returned no speech ({reason}). Try again, or take another "
        "voice.",
    ),
    "speech-missing": Wording(
        503,
        "Chưa cài máy đọc",
        "Máy đọc “{engine}” chưa có trên máy chủ này. Quản trị viên cần làm: {remedy}.",
        "No speech engine",
        "The speech engine “{engine}” is not on this server. The administrator's task: {remedy}.",
    ),
    "broken-sound-settings": Wording(
        500,
        "Tệp cấu hình âm thanh bị hỏng",
        "Không đọc được cấu hình âm thanh: {reason}. Hãy sửa tệp đó.",
        "Broken sound settings",
        "What this site says about sound cannot be read: {reason}. Repair that file.",
    ),
    "broken-speech-settings": Wording(
        500,
        "Tệp cấu hình giọng đọc bị hỏng",
        "Không đọc được cấu hình giọng đọc: {reason}. Hãy sửa tệp đó.",
        "Broken speech settings",
        "What this site says about speech cannot be read: {reason}. Repair that file.",
    ),
    "unknown-zone": Wording(
        422,
        "Không có múi giờ này",
        "Không có múi giờ “{tz}”. Ví dụ đúng: Asia/Ho_Chi_Minh.",
        "No such time zone",
        "There is no time zone “{tz}”. A right one: Asia/Ho_Chi_Minh.",
    ),
    "bad-time": Wording(
        422,
        "Thời gian không đúng",
        "“{value}” ({field}) không phải ngày giờ. Hãy viết như 2026-11-25T19:30.",
        "Not a time",
        "“{value}” ({field}) is no date and time. Write it like 2026-11-25T19:30.",
    ),
    "nonexistent-time": Wording(
        422,
        "Giờ không tồn tại",
        "Ở múi giờ {tz} không có giờ {time}: đồng hồ nhảy qua giờ đó. Hãy chọn giờ khác.",
        "A time that does not exist",
        "There is no {time} in {tz}: the clock jumps over it. Choose another time.",
    ),
    "end-before-start": Wording(
        422,
        "Kết thúc trước khi bắt đầu",
        "Giờ kết thúc ({end}) không sau giờ bắt đầu ({start}). Hãy sửa một trong hai.",
        "Ends before it starts",
        "The end ({end}) is not after the start ({start}). Change one of them.",
    ),
    "no-duration": Wording(
        422,
        "Chưa biết phát bao lâu",
        "Hãy cho biết giờ kết thúc (end) hoặc thời lượng (duration_s).",
        "How long?",
        "Say when it ends: give end or duration_s.",
    ),
    "two-ends": Wording(
        422,
        "Hai thời điểm kết thúc",
        "Chỉ cho một trong hai: giờ kết thúc hoặc thời lượng.",
        "Two ends",
        "Give either end or duration_s, not both.",
    ),
    "bad-duration": Wording(
        422,
        "Thời lượng không đúng",
        "Thời lượng {duration_s} giây phải lớn hơn 0 và không quá {limit_s} giây.",
        "No such duration",
        "A duration of {duration_s} s must be above 0 and at most {limit_s} s.",
    ),
    "in-the-past": Wording(
        422,
        "Giờ phát đã qua",
        "Giờ phát {start} đã qua (bây giờ là {now}). Hãy chọn giờ từ bây giờ trở đi.",
        "In the past",
        "{start} is over (it is {now} now). Choose a time from now on.",
    ),
    "too-far-ahead": Wording(
        422,
        "Giờ phát quá xa",
        "Giờ phát {start} còn hơn {limit_years} năm nữa. Hãy kiểm tra năm.",
        "Too far ahead",
        "{start} is more than {limit_years} years away. Check the year.",
    ),
    "bad-rrule": Wording(
        422,
        "Quy tắc lặp không đúng",
        "Không hiểu quy tắc lặp: {reason}. Ví dụ đúng: FREQ=DAILY;COUNT=30.",
        "Recurrence not understood",
        "The recurrence rule makes no sense: {reason}. A right one: FREQ=DAILY;COUNT=30.",
    ),
    "exploding-rrule": Wording(
        422,
        "Quá nhiều lượt phát",
        "Quy tắc lặp cho quá nhiều lượt ({reason}; giới hạn {limit}). Hãy thưa hơn, ngắn "
        "hơn, hoặc bỏ ngày cuối để phát đến khi dừng.",
        "Too many occurrences",
        "The rule means too many occurrences ({reason}; limit {limit}). Make it rarer or "
        "shorter, or name no end: until further notice.",
    ),
    "out-of-hours": Wording(
        422,
        "Ngoài giờ cho phép phát loa",
        "Quy định “{policy}” (mục {rule}) không cho phát loa lúc {local}. Hãy chọn trong các khung "
        "giờ: {allowed}, và đủ chỗ cho cả bài; chỉ tin khẩn cấp mới phát ngoài giờ.",
        "Outside the allowed hours",
        "The hours of “{policy}” (rule {rule}) allow no sound at {local}. Choose a time within "
        "{allowed} that leaves room for the whole sound; only emergencies pass.",
    ),
    "day-forbidden": Wording(
        422,
        "Ngày này không được phát loa",
        "Quy định “{policy}” (mục {rule}) không cho phát loa vào ngày của {local}. Hãy chọn ngày "
        "khác, hoặc nhờ người quản trị thêm ngày này vào các ngày đặc biệt.",
        "No sound on that day",
        "The hours of “{policy}” (rule {rule}) allow no sound on the day of {local}. Choose "
        "another day, or have the day added to the special days of the area.",
    ),
    "too-many-sessions": Wording(
        422,
        "Quá số buổi phát trong ngày",
        "Quy định “{policy}” (mục {rule}) chỉ cho {limit} buổi mỗi ngày; bài lúc {local} là thêm "
        "một buổi nữa. Hãy xếp bài nối vào buổi đã có, cách chưa tới {gap_s} giây, chọn ngày khác, "
        "hoặc hủy bớt một buổi.",
        "Too many sessions on that day",
        "“{policy}” (rule {rule}) allows {limit} sessions a day; the sound at {local} would be one "
        "more. Join it to a session there is, less than {gap_s} seconds apart, choose another day, "
        "or cancel one.",
    ),
    "session-too-long": Wording(
        422,
        "Buổi phát quá dài",
        "Quy định “{policy}” (mục {rule}) cho mỗi buổi tối đa {limit_min} phút; với bài lúc "
        "{local}, buổi bắt đầu lúc {session} sẽ dài {found_min} phút. Hãy cắt ngắn bài, bớt bài, "
        "hoặc để cách buổi trước ít nhất {gap_s} giây.",
        "Session too long",
        "“{policy}” (rule {rule}) allows {limit_min} minutes a session; with the sound at {local}, "
        "the session from {session} would take {found_min} minutes. Shorten it, take some away, or "
        "leave at least {gap_s} seconds after the session before.",
    ),
    "unknown-preset": Wording(
        422,
        "Không có khung giờ này",
        "Không có khung giờ “{name}”. Hãy chọn một trong: {known}.",
        "No such hours preset",
        "There is no hours preset “{name}”. Choose one of: {known}.",
    ),
    "not-found": Wording(
        404,
        "Không tìm thấy",
        "Không có {kind} “{name}”. Có thể đã gõ nhầm hoặc thuộc hệ thống khác.",
        "Not found",
        "There is no {kind} “{name}”. Check the spelling.",
    ),
    "unknown-target": Wording(
        422,
        "Nơi phát không đúng",
        "{count} nơi phát không có hoặc không nhận được nội dung này: {targets}. Hãy viết "
        "device:…, group:…, area:… "
        "hoặc zone:… (xe loa); tin chữ và hình cho bảng, âm thanh cho loa.",
        "Unknown target",
        "{count} targets do not exist or do not take this content: {targets}. Write device:…, "
        "group:…, area:… or zone:… "
        "(trucks); messages and images go to boards, sounds to speakers.",
    ),
    "invalid": Wording(
        422,
        "Giá trị không đúng",
        "Mục “{field}” không đúng: {reason}.",
        "Invalid value",
        "“{field}” is not right: {reason}.",
    ),
    "conflict": Wording(
        409,
        "Đã thay đổi",
        "Không làm được vì nội dung đã thay đổi hoặc đã kết thúc ({reason}). Hãy tải lại trang.",
        "Conflict",
        "It has changed or ended meanwhile ({reason}). Load it again.",
    ),
    "work-running": Wording(
        409,
        "Đang làm",
        "Việc mang khóa “{key}” chưa xong. Xem ở /api/v1/progress/{key}, hoặc đặt khóa khác.",
        "Still running",
        "Work of the key “{key}” is not done. See /api/v1/progress/{key}, or take another.",
    ),
    "forbidden": Wording(
        403,
        "Không có quyền",
        "Tài khoản này không được làm việc này ({action}). Hãy nhờ người có quyền.",
        "Not allowed",
        "This account may not do that ({action}). Ask somebody who may.",
    ),
    "not-authenticated": Wording(
        401,
        "Chưa đăng nhập",
        "Cần đăng nhập hoặc mã truy cập còn hiệu lực. Liên kết đăng nhập chỉ dùng được một lần.",
        "Not signed in",
        "Sign in, or send a valid token. A sign-in link works once.",
    ),
    "bad-firmware": Wording(
        422,
        "Tệp không phải phần mềm bảng",
        "Tệp này không dùng làm phần mềm cho bảng được ({reason}): {detail}. Hãy tải lên tệp do "
        "“signcast firmware sign” tạo ra.",
        "Not a firmware file",
        "This file cannot be used as firmware ({reason}): {detail}. Upload a file made by "
        "“signcast firmware sign”.",
    ),
    "broker-failed": Wording(
        503,
        "Máy chủ tin nhắn không chạy",
        "Máy chủ tin nhắn (MQTT) không khởi động được: {reason}.",
        "The broker does not run",
        "The MQTT broker did not start: {reason}.",
    ),
    "broken-database": Wording(
        500,
        "Không đọc được cơ sở dữ liệu",
        "Cơ sở dữ liệu không đọc được ({reason}). Hãy kiểm tra thư mục dữ liệu.",
        "The database cannot be read",
        "The database cannot be read ({reason}). Check the data folder.",
    ),
    "broken-font": Wording(
        500,
        "Tệp phông bị hỏng",
        "Không đọc được phông: {reason}. Hãy sửa hoặc bỏ tệp đó.",
        "A broken font",
        "A font cannot be read: {reason}. Repair that file or take it away.",
    ),
    "too-large": Wording(
        413,
        "Dữ liệu quá lớn",
        "Yêu cầu lớn hơn {limit_bytes} byte. Hãy gửi ít hơn.",
        "Request too large",
        "The request has more than {limit_bytes} bytes. Send less.",
    ),
    "bad-request": Wording(
        422,
        "Yêu cầu không đúng",
        "Không hiểu yêu cầu: {reason}.",
        "Bad request",
        "The request is not understood: {reason}.",
    ),
    "cross-site": Wording(
        403,
        "Yêu cầu từ trang khác",
        "Yêu cầu này không đến từ bảng điều khiển. Hãy mở lại trang và thử lại.",
        "Cross-site request",
        "This request did not come from the console. Open the page again and retry.",
    ),
    "internal": Wording(
        500,
        "Lỗi hệ thống",
        "Có lỗi bên trong; không có gì bị thay đổi nửa chừng. Hãy thử lại hoặc báo quản trị viên.",
        "Internal error",
        "Something failed inside; nothing was left half done. Try again or tell the administrator.",
    ),
    **ALARM_WORDINGS,
    **TRUCK_WORDINGS,
    **DATA_WORDINGS,
    **TIME_WORDINGS,
    **LIFE_WORDINGS,
    **RHYTHM_WORDINGS,
    **LIVE_WORDINGS,
}
