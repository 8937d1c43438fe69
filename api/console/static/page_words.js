// What page.js says.

export const lacks = {
  insecure: "Trình duyệt chỉ cho dùng micrô trên trang an toàn. Hãy mở trang này bằng địa chỉ "
    + "https://, hoặc ngay trên máy chủ.",
  old: "Trình duyệt này không gửi được tiếng nói. Hãy dùng Chrome, Edge hoặc Firefox bản mới; hoặc nhờ "
    + "quản trị viên phát tệp bằng lệnh “signcast page”.",
};

/** By the name of what getUserMedia raises. */
export const microphone = {
  NotAllowedError: "Trình duyệt chưa được phép dùng micrô. Hãy bấm biểu tượng bên trái địa chỉ trang, "
    + "cho phép micrô rồi thử lại; hoặc phát từ tệp âm thanh.",
  NotFoundError: "Không thấy micrô nào. Hãy cắm micrô rồi thử lại; hoặc phát từ tệp âm thanh.",
  NotReadableError: "Micrô đang bận hoặc bị hỏng. Hãy đóng chương trình khác đang dùng micrô rồi thử lại.",
  other: "Không mở được micrô. Hãy rút ra cắm lại rồi thử lại; hoặc phát từ tệp âm thanh.",
};

export const told = {
  noPlace: "Chưa chọn nơi phát. Hãy đánh dấu ít nhất một địa bàn, nhóm hoặc loa.",
  noName: "Chưa có tên buổi phát.",
  noFile: "Chưa chọn tệp âm thanh.",
  badFile: "Tệp này không mở được. Hãy chọn tệp MP3, WAV, M4A, Ogg hoặc FLAC.",
  longFile: (min) => `Tệp dài hơn ${min} phút. Hãy chọn thời gian dài hơn, hoặc tệp ngắn hơn.`,
  wait: "Đang nối tới loa, xin đợi…",
  nobody: "Chưa loa nào nối được. Có thể loa đang mất liên lạc.",
  speak: "Mời nói. Loa phát chậm chừng nửa giây.",
  plays: "Đang phát tệp. Loa phát chậm chừng nửa giây.",
  muted: "Đang tắt tiếng. Im lặng một phút thì máy tự nhả.",
  lostLine: "Mất kết nối, đang nối lại…",
  releasing: "Đang nhả micrô…",
  onAir: "Đang phát trực tiếp",
  mute: "Tắt tiếng",
  unmute: "Bật tiếng lại",
  try: "Thử micrô",
  stopTrying: "Thôi thử",
  hears: "nhận được tiếng",
  hearsNothing: "chưa nghe thấy tiếng",
};

/** By the reason of the controller: what happened, and what to do. */
export const endings = {
  released: ["Đã nhả micrô", "Câu cuối vẫn được phát trọn."],
  "max-duration": ["Đã hết thời gian", "Còn điều cần nói thì bắt đầu buổi mới."],
  silent: ["Đã tự nhả vì im lặng quá lâu", "Một phút không có tiếng nói. Hãy kiểm tra micrô."],
  away: ["Đã tự nhả vì mất tiếng từ máy này", "Hãy kiểm tra mạng rồi bắt đầu buổi mới."],
  garbled: ["Đã tự nhả vì tiếng bị hỏng", "Hãy tải lại trang, hoặc thử trình duyệt khác."],
  cancelled: ["Buổi phát đã bị hủy", "Có người hủy lịch phát này. Hãy hỏi người đã hủy."],
  hours: ["Đã hết giờ cho phép", "Khung giờ phát loa vừa được đổi. Chỉ tin khẩn cấp mới phát ngoài giờ."],
  fault: ["Máy chủ gặp lỗi", "Hãy báo quản trị viên."],
  stopped: ["Máy chủ đã dừng", "Hãy đợi máy chủ chạy lại rồi bắt đầu buổi mới."],
  restarted: ["Máy chủ vừa khởi động lại", "Hãy bắt đầu buổi mới."],
};
export const ended = "Buổi phát đã dừng";
export const lost = ["Mất kết nối với máy chủ", "Loa tự tắt sau vài giây. Hãy kiểm tra mạng rồi bắt đầu buổi mới."];
export const unplugged = ["Mất micrô", "Micrô bị rút ra hoặc bị tắt; đã ngừng phát. Hãy cắm lại rồi bắt đầu buổi mới."];

export const chosen = (places, speakers) =>
  places ? `Đã chọn ${places} nơi: ${speakers} loa.` : "Chưa chọn nơi nào.";

export const loudness = (peakDbfs) => {
  if (peakDbfs > -3) return "Quá to: lùi xa micrô một chút.";
  if (peakDbfs > -40) return "Nghe rõ.";
  return "Chưa nghe thấy tiếng: nói vào micrô.";
};
