"""The words of the invented articles. No sentence here stands in any newspaper."""

URBAN = "chinh-quyen-do-thi"
TWO_TIERS = "chinh-quyen-hai-cap"
TOPICS = (URBAN, TWO_TIERS)  # kinds that are topics; the others are near to them in words only
KINDS = ("khu-do-thi", "chinh-quyen-so", "ha-tang", "doi-song", "trat-tu-do-thi", TWO_TIERS)
MIXED = tuple(kind for other in KINDS for kind in (URBAN, other))  # every other one is of the first topic

FIRST = ("An", "Bích", "Cát", "Đông", "Gia", "Hòa", "Kim", "Lam", "Minh", "Ngọc", "Phú", "Sơn", "Tân", "Vân", "Xuân")
SECOND = ("Bàng", "Đài", "Giang", "Khê", "Lâm", "Lộc", "Mai", "Phong", "Quý", "Thạch", "Trì", "Viên", "Xá", "Yên")
SURNAMES = ("Bùi", "Đặng", "Đoàn", "Hoàng", "Lê", "Lương", "Mai", "Nguyễn", "Phạm", "Phan", "Tạ", "Trần", "Vũ")
MIDDLE = ("Bảo", "Công", "Đình", "Hải", "Khánh", "Minh", "Ngọc", "Quang", "Thanh", "Thu", "Tuấn", "Xuân")
GIVEN = ("Ái", "Bình", "Chi", "Diệp", "Giang", "Hạnh", "Khôi", "Lân", "Ngà", "Phúc", "Sáng", "Thư", "Vinh", "Yến")
OFFICES = ("Phòng Nội vụ", "Phòng Tư pháp", "Ban Pháp chế", "Văn phòng UBND phường",
           "Trung tâm Phục vụ hành chính công", "Ủy ban Mặt trận Tổ quốc",
           "Phòng Kinh tế và Hạ tầng")  # fmt: skip
ROADS = ("Bờ Đê", "Cây Gạo", "Giếng Cổ", "Lò Rèn", "Chợ Mới", "Ven Hồ", "Bến Đò", "Đình Làng", "Cầu Đá", "Hàng Dừa")

TITLES: dict[str, tuple[str, ...]] = {
    URBAN: (
        "Phường {ward} sau {few} ngày [vận hành|làm quen với] chính quyền đô thị",
        "{city}: phường {ward} [góp ý|nêu kiến nghị về] mô hình chính quyền đô thị",
        "[Chuyện|Cách làm] chính quyền đô thị ở phường {ward}: [việc gần dân|bớt một cửa chờ|rõ người, rõ việc]",
        "[Tổng kết|Nhìn lại] {few} tuần thí điểm chính quyền đô thị tại phường {ward}",
        "Chính quyền đô thị ở {ward}: {few} hồ sơ [trả sớm|không phải chờ]",
    ),
    TWO_TIERS: (
        "Phường {ward} [quen dần với|tròn {few} ngày] chính quyền địa phương hai cấp",
        "Chính quyền địa phương 2 cấp ở phường {ward}: [điều còn vướng|điều đã thông]",
    ),
    "khu-do-thi": (
        "Khu đô thị {ward} [chậm bàn giao|sắp có] {few} căn nhà cho người thu nhập thấp",
        "{city} [rà soát|điều chỉnh] quy hoạch khu đô thị mới {ward}",
        "[Cư dân|Người mua nhà] khu đô thị {ward} [kiến nghị|lên tiếng] về {few} chỗ đỗ xe",
    ),
    "chinh-quyen-so": (
        "Phường {ward} [xây dựng|tập dượt] chính quyền số với {few} tổ công nghệ cộng đồng",
        "[Thêm|Mở] {few} dịch vụ công trực tuyến ở {ward}, đô thị thông minh gần hơn",
    ),
    "ha-tang": (
        "{city} [khởi công|nối thông] tuyến đường {road} qua phường {ward} dài {few} mét",
        "[Nạo vét|Kè lại] hồ {ward}: {few} ngày thi công, {city} hứa xong trước mùa mưa",
    ),
    "doi-song": (
        "[Hội chợ|Ngày hội] sách cũ {ward} [đón|bán] {few} lượt khách mỗi buổi",
        "Lớp bơi miễn phí cho {few} em nhỏ phường {ward}",
        "[Nghề|Làng] nón {ward} giữ lửa với {few} người thợ",
    ),
    "trat-tu-do-thi": (
        "Phường {ward} ra quân lập lại trật tự đô thị trên phố {road}, nhắc nhở {few} hộ",
        "{few} trường hợp vi phạm trật tự đô thị ở {ward} bị xử lý",
    ),
}

LEADS: dict[str, tuple[str, ...]] = {
    URBAN: (
        "Từ ngày {day}, UBND phường {ward} [giải quyết|tiếp nhận] {n} đầu việc theo cách mới; [người dân|cán bộ] "
        "đã thấy "
        "[điều gì khác|chỗ được và chỗ vướng], theo báo cáo số {report}.",
        "Không còn Hội đồng nhân dân phường, {ward} chọn {n} tổ dân phố để nghe dân nói mỗi tháng [một|hai] lần.",
    ),
    TWO_TIERS: ("Sau {n} ngày không còn cấp quận, phường {ward} nhận thêm {n} thủ tục và {n} biên chế.",),
    "khu-do-thi": (
        "Chủ đầu tư hẹn đến ngày {day} xong {n} căn ở lô phía [đông|tây|nam] của dự án {ward}, người mua thì đã "
        "chờ {n} tháng.",
    ),
    "chinh-quyen-so": (
        "Mỗi tối, {n} bạn trẻ ở {ward} đến từng nhà chỉ cách nộp hồ sơ bằng điện thoại, bắt đầu từ ngày {day}.",
    ),
    "ha-tang": ("Công trình ở phường {ward} cần thêm {n} tỷ đồng; ngày {day}, nhà thầu đã đưa {n} xe ra phố {road}.",),
    "doi-song": ("Ở {ward}, {n} người [già|trẻ] có thêm một chỗ để gặp nhau kể từ ngày {day}.",),
    "trat-tu-do-thi": ("Đợt kiểm tra từ ngày {day} ở phố {road} có {n} người tham gia, kéo dài {n} buổi.",),
}

HEADINGS = (
    "[Việc|Điều] còn [vướng|chờ] ở {ward} sau {n} ngày",
    "Nghe từ {n} hộ dân {ward}",
    "[Con số|Bước] thứ {n} của {ward}",
    "Phố {road} ở {ward}, ngày thứ {n}",
)

SENTENCES: dict[str, tuple[str, ...]] = {
    URBAN: (
        "[Sáng|Chiều] {day}, phường {ward} [họp|mời dân họp] để [bàn|nói chuyện] về mô hình chính quyền đô thị, "
        "{n} người "
        "đã [đến|ghi tên phát biểu].",
        "Theo bà {chair}, chính quyền đô thị [không phải|không chỉ] là đổi tên gọi mà là [ai ký|ai trả lời] "
        "trong vòng {n} giờ.",
        "Tổ chức chính quyền đô thị ở {ward} [bắt đầu|khởi đầu] từ {n} bảng phân công dán ngay [cửa trụ sở|nhà "
        "văn hóa].",
        "[Ông|Bà] {guest} từ {office} [đếm|cộng lại]: {n} giấy tờ đã ký thay Hội đồng nhân dân phường, {n} giấy "
        "bị trả về.",
        "Chủ tịch UBND phường {ward} nay [tự chịu|đứng tên chịu] trách nhiệm với {n} việc mà trước kia cả tập "
        "thể cùng ký.",
        "Nghị quyết số 97/2019/QH14 được [in nhỏ|đọc lại] ở {n} tổ dân phố của {ward}, mỗi tổ [một|hai] buổi tối.",
        "Công chức của phường {ward} thuộc biên chế cấp trên, [có người|nhiều người] trong số {n} anh chị nói "
        "rằng [lo|mừng].",
        "Với chính quyền đô thị, ngân sách {ward} thành đơn vị dự toán; kế toán {citizen} phải lập {n} biểu "
        "[mới|khác mẫu].",
        "Phường {other} kế bên [xin|mượn] {ward} bộ quy chế làm việc dày {n} trang để [so|tham khảo].",
        "Cử tri {ward} gửi {n} câu hỏi tới đại biểu thành phố, [một nửa|phần lớn] hỏi về chính quyền đô thị.",
        "Ban chỉ đạo thí điểm giao {office} [đo|chấm] mức hài lòng của {n} người ở {ward} trước ngày {day}.",
        "Từ {n} ý kiến ghi được, {ward} đề nghị {city} cho giữ thêm {n} phó chủ tịch phường.",
    ),
    TWO_TIERS: (
        "Khi vận hành chính quyền địa phương hai cấp, {ward} [nhận|gánh] {n} việc vốn của cấp quận.",
        "Bà {chair} cho biết {n} cán bộ đã chuyển về {ward} kể từ ngày {day}.",
        "Trụ sở ở phố {road} [chật|thiếu] {n} chỗ ngồi cho người chờ.",
        "Mô hình chính quyền 2 cấp buộc {office} [tập huấn|học] {n} buổi trong một tháng.",
        "[Ông|Bà] {citizen} mang {n} loại giấy tới {ward} mà không phải lên thành phố.",
        "Con dấu mới của {ward} đã dùng {n} lần trong tuần đầu.",
        "Phường {other} và {ward} trao đổi {n} công chức tư pháp.",
        "{city} hẹn [cấp|chuyển] cho {ward} {n} máy quét trước ngày {day}.",
    ),
    "khu-do-thi": (
        "Chủ đầu tư khu đô thị {ward} [thừa nhận|cho hay] {n} căn còn thiếu nghiệm thu phòng cháy.",
        "Bà {citizen} đóng {n} triệu đồng từ ngày {day} mà [chưa|mới] nhận chìa khóa.",
        "Con đường nội khu dài {n} mét vẫn [ngập|bụi] mỗi khi có mưa lớn.",
        "Bản đồ quy hoạch đô thị {ward} được [treo|trưng] ở phố {road} trong {n} ngày.",
        "{city} yêu cầu dự án dành {n} mét vuông cho trường mầm non.",
        "Ban quản trị do ông {chair} làm trưởng ban thu {n} nghìn đồng tiền gửi xe mỗi tháng.",
        "Một trạm điện mới cho {n} hộ của khu đô thị được [dựng|lắp] sát phường {other}.",
        "Giá chuyển nhượng ở đây [tăng|giảm] {n} nghìn đồng một mét vuông so với ngày {day}.",
    ),
    "chinh-quyen-so": (
        "Chính quyền số ở {ward} [đếm|đo] bằng {n} hồ sơ nộp qua mạng mỗi tuần.",
        "Bạn {citizen} [giúp|chỉ] {n} cụ già cài ứng dụng ngay ở quán nước phố {road}.",
        "Máy chủ của phường {ward} [nghẽn|chậm] {n} phút vào ngày {day}.",
        "{office} trả kết quả qua tin nhắn cho {n} người trong tháng đầu.",
        "{n} camera của đô thị thông minh được nối về phòng trực {ward}.",
        "Theo ông {chair}, chữ ký điện tử bớt cho phường {n} tờ giấy mỗi ngày.",
        "Phường {other} [học theo|tham quan] phòng máy của {ward} với {n} cán bộ.",
        "Tổ công nghệ [mượn|xin] nhà văn hóa {n} buổi tối để mở lớp.",
    ),
    "ha-tang": (
        "Tuyến qua {ward} rộng {n} mét, [có|thêm] hàng cây sao đen hai bên.",
        "Nhà thầu [đổ|trải] {n} mét khối bê tông trước ngày {day}.",
        "Bà {citizen} ở phố {road} [lùi|nhường] {n} mét vuông sân để mở đường.",
        "{city} chi {n} tỷ đồng đền bù, {office} phát tiền tại chỗ.",
        "Ống thoát nước đường kính {n} phân được [hạ|đặt] dưới vỉa hè {ward}.",
        "Kỹ sư {chair} [hứa|tính] mỗi đêm đào {n} mét, không đào ban ngày.",
        "Xe buýt tuyến {n} tạm đi vòng qua phường {other}.",
        "Hồ điều hòa của {ward} chứa thêm {n} mét khối nước mưa.",
    ),
    "doi-song": (
        "Chị {citizen} [mở|bày] {n} đầu sách trên hè phố {road} từ tờ mờ sáng.",
        "Nhà bà {chair} ở {ward} còn giữ {n} khuôn nón của cha ông.",
        "{n} em nhỏ [tập bơi|học vẽ] ở sân đình vào ngày {day}.",
        "Quán phở đầu ngõ [tặng|nấu] {n} bát cho người già neo đơn của {ward}.",
        "Đội văn nghệ phường {other} sang góp {n} tiết mục chèo.",
        "Cây bàng {n} tuổi trước nhà văn hóa được [chống|đỡ] bằng ba trụ gỗ.",
        "Ông {guest} [chụp|treo] {n} bức ảnh cũ về bến sông {ward}.",
        "Mỗi chiều có {n} người đi bộ quanh hồ, đông nhất là cuối tuần.",
    ),
    "trat-tu-do-thi": (
        "Tổ trật tự đô thị của {ward} [nhắc|lập biên bản] {n} hàng quán lấn hè phố {road}.",
        "Ông {citizen} tự dỡ mái che dài {n} mét trong ngày {day}.",
        "{n} biển quảng cáo sai quy cách bị [hạ|cắt] khỏi cột điện.",
        "Bà {chair} xin được bán thêm {n} ngày để hết hàng.",
        "{office} kẻ vạch cho {n} chỗ để xe máy, chừa lối cho người đi bộ.",
        "Công an phường [phạt|cảnh cáo] {n} xe dừng sai quy định trước cổng chợ.",
        "Văn minh đô thị ở {ward} được [chấm|cho] {n} điểm trong quý.",
        "Phường {other} góp {n} dân phòng cho đợt ra quân.",
    ),
}

NEUTRAL = (
    "[Ông|Bà] {guest} [nói gọn|bảo]: [làm đến đâu|xong việc nào], treo bảng cho {n} hộ xem đến đó.",
    "Ở phố {road}, {n} nhà đã [ký|đọc] bản cam kết do {office} soạn.",
    "[Biên bản|Sổ ghi] ngày {day} có {n} chữ ký, chữ đầu là của {citizen}.",
    "Tính ra mỗi ngày {office} của {ward} [tiếp|đón] {n} lượt người.",
    "Kỳ họp tới dự kiến vào ngày {day}, mời thêm {n} khách từ phường {other}.",
    "Báo cáo số {report} của {ward} ghi {n} việc đã xong và {n} việc [dở dang|chờ ý kiến].",
    "Chị {citizen}, [bán hàng|dạy học] ở phố {road}, [muốn|mong] có thêm {n} ghế chờ.",
    "Khoản chi {n} triệu đồng được [niêm yết|dán] trước cổng chợ {ward} suốt {n} ngày.",
    "{city} [hẹn|hứa] trả lời {n} kiến nghị của {ward} trước cuối quý.",
    "Một tổ kiểm tra {n} người [đi|qua] {ward} rồi sang {other} trong cùng buổi.",
    "[Loa phường|Bảng tin] ở {ward} phát lại nội dung này {n} lần.",
    "Anh {guest} [góp|để lại] {n} trang ý kiến viết tay cho {office}.",
)
