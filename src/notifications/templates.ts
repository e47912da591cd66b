import type { Language } from '../http/language.ts';

/** One language of a mail. `{fact}` stands for a fact, `{factEn}` for its English where the two differ; the link's fact holds an address beginning with http:// or https://. */
export interface MailWords {
  subject: string;
  paragraphs: readonly string[];
  link?: { fact: string; label: string };
}

/** A mail: the facts it needs, and its words in both languages. */
export interface MailRow extends Readonly<Record<Language, MailWords>> { facts: readonly string[]; /** the fact that waits sealed until the mail is sent */ sealed?: string }

/** Every mail the service sends, one row each. Facts are plain text; they are escaped where they are put in. */
export const templates = {
  'trust-list-changed': {
    facts: ['operator', 'domain', 'ended', 'waiting', 'link'],
    vi: {
      subject: 'Danh sách tin cậy {domain} có bản mới',
      paragraphs: [
        '{operator} đã công bố bản mới của danh sách tin cậy {domain}. Hệ thống đã tải về và kiểm tra chữ ký.',
        'Đã ngừng hoặc thu hẹp tin cậy ngay: {ended}',
        'Số thay đổi chờ hai người phê duyệt: {waiting}.',
      ],
      link: { fact: 'link', label: 'Xem danh sách' },
    },
    en: {
      subject: 'The trusted list {domain} has a new version',
      paragraphs: [
        '{operator} published a new version of the trusted list {domain}. The service fetched it and checked its signature.',
        'No longer trusted, or for less, at once: {ended}',
        'Changes that wait for two people: {waiting}.',
      ],
      link: { fact: 'link', label: 'See the list' },
    },
  },
  'certificate-expiring': {
    facts: ['name', 'subject', 'serialNumber', 'endsOn', 'daysLeft', 'renewUrl'],
    vi: {
      subject: 'Chứng thư của {name} còn {daysLeft} ngày',
      paragraphs: [
        'Chứng thư số cấp cho {subject} (số hiệu {serialNumber}) hết hiệu lực vào ngày {endsOn}, còn {daysLeft} ngày.',
        'Vui lòng gia hạn trước khi hết hạn; chữ ký đã ký trước đó vẫn có giá trị.',
      ],
      link: { fact: 'renewUrl', label: 'Gia hạn chứng thư' },
    },
    en: {
      subject: 'The certificate of {name} ends in {daysLeft} day(s)',
      paragraphs: [
        'The certificate of {subject} (serial number {serialNumber}) ends on {endsOn}, in {daysLeft} day(s).',
        'Please renew it before it ends; what was signed until then stays valid.',
      ],
      link: { fact: 'renewUrl', label: 'Renew the certificate' },
    },
  },
  'certificates-expiring': {
    facts: ['count', 'lines', 'listUrl'],
    vi: {
      subject: '{count} chứng thư của đơn vị sắp hết hạn',
      paragraphs: ['Các chứng thư số sau đây do đơn vị quản lý sắp hết hiệu lực:', '{lines}', 'Vui lòng đề nghị gia hạn trước khi hết hạn.'],
      link: { fact: 'listUrl', label: 'Gia hạn chứng thư' },
    },
    en: {
      subject: '{count} certificates of your agency end soon',
      paragraphs: ['These certificates in your care end soon:', '{lines}', 'Please ask for their renewal before they end.'],
      link: { fact: 'listUrl', label: 'Renew certificates' },
    },
  },
  'certificate-changed': {
    facts: ['name', 'agency', 'serialNumber', 'endsOn', 'link'],
    vi: {
      subject: 'Chứng thư mới của {name} sau khi sắp xếp cơ quan',
      paragraphs: [
        'Cơ quan của bạn nay là {agency}. Chứng thư số mới (số hiệu {serialNumber}) đã được cấp cho khóa đang dùng của bạn.',
        'Vui lòng cài chứng thư mới. Chứng thư cũ còn hiệu lực đến ngày {endsOn}; kết quả đã ký trước đó vẫn có giá trị.',
      ],
      link: { fact: 'link', label: 'Tải chứng thư mới' },
    },
    en: {
      subject: 'The new certificate of {name} after the reorganisation',
      paragraphs: [
        'Your agency is now {agency}. A new certificate (serial number {serialNumber}) was issued for the key you have.',
        'Please install it. The old one stays valid until {endsOn}; what was signed before keeps its value.',
      ],
      link: { fact: 'link', label: 'Fetch the new certificate' },
    },
  },
  'certificate-change-asked': {
    facts: ['name', 'agency', 'endsOn', 'link'],
    vi: {
      subject: '{name} cần chứng thư mới sau khi sắp xếp cơ quan',
      paragraphs: ['Cơ quan của bạn nay là {agency}. Vui lòng tạo khóa mới và gửi yêu cầu cấp chứng thư. Chứng thư cũ còn hiệu lực đến ngày {endsOn}.'],
      link: { fact: 'link', label: 'Gửi yêu cầu' },
    },
    en: {
      subject: '{name} needs a new certificate after the reorganisation',
      paragraphs: ['Your agency is now {agency}. Please make a new key and send your request. The old certificate stays valid until {endsOn}.'],
      link: { fact: 'link', label: 'Send the request' },
    },
  },
  'revocation-code': {
    facts: ['name', 'serialNumber', 'code', 'revokeUrl'], sealed: 'code',
    vi: {
      subject: 'Mã thu hồi chứng thư của {name}',
      paragraphs: [
        'Mã thu hồi của chứng thư số hiệu {serialNumber} là: {code}',
        'Giữ mã này ở nơi an toàn, tách khỏi thiết bị ký. Nếu lộ khóa hoặc mất thiết bị, hãy dùng mã để thu hồi chứng thư ngay, bất kể ngày đêm.',
      ],
      link: { fact: 'revokeUrl', label: 'Thu hồi chứng thư' },
    },
    en: {
      subject: 'The revocation code for the certificate of {name}',
      paragraphs: [
        'The revocation code of the certificate with serial number {serialNumber} is: {code}',
        'Keep it in a safe place, apart from your signing device. If the key or the device is lost, revoke the certificate with it at once, day or night.',
      ],
      link: { fact: 'revokeUrl', label: 'Revoke the certificate' },
    },
  },
  'revoked-by-code': {
    facts: ['name', 'serialNumber', 'ground', 'groundEn', 'revokedAt'],
    vi: {
      subject: 'Chứng thư của {name} đã bị thu hồi bằng mã thu hồi',
      paragraphs: ['Chứng thư số hiệu {serialNumber} đã bị thu hồi lúc {revokedAt} bằng mã thu hồi, lý do: {ground}.', 'Nếu bạn không thực hiện việc này, hãy báo ngay cho cơ quan quản lý trực tiếp.'],
    },
    en: {
      subject: 'The certificate of {name} was revoked with its code',
      paragraphs: ['The certificate with serial number {serialNumber} was revoked at {revokedAt} with its revocation code, ground: {groundEn}.', 'If it was not you, tell your agency at once.'],
    },
  },
  'revoked-by-holder': {
    facts: ['name', 'serialNumber', 'ground', 'groundEn', 'revokedAt'],
    vi: {
      subject: 'Chứng thư của {name} đã bị thu hồi',
      paragraphs: ['Chứng thư số hiệu {serialNumber} đã được thu hồi lúc {revokedAt} từ tài khoản của bạn, lý do: {ground}.', 'Nếu bạn không thực hiện việc này, hãy báo ngay cho cơ quan quản lý trực tiếp.'],
    },
    en: {
      subject: 'The certificate of {name} was revoked',
      paragraphs: ['The certificate with serial number {serialNumber} was revoked at {revokedAt} from your account, ground: {groundEn}.', 'If it was not you, tell your agency at once.'],
    },
  },
  'sign-in-link': {
    facts: ['name', 'minutes', 'link'], sealed: 'link',
    vi: {
      subject: 'Liên kết đăng nhập của {name}',
      paragraphs: [
        'Bạn vừa yêu cầu đăng nhập. Liên kết dưới đây dùng được một lần, trong {minutes} phút.',
        'Nếu bạn không yêu cầu, hãy bỏ qua thư này; không ai đăng nhập được nếu không mở liên kết.',
      ],
      link: { fact: 'link', label: 'Đăng nhập' },
    },
    en: {
      subject: 'The sign-in link of {name}',
      paragraphs: [
        'You asked to sign in. The link below works once, within {minutes} minutes.',
        'If it was not you, leave this message: nobody can sign in without opening the link.',
      ],
      link: { fact: 'link', label: 'Sign in' },
    },
  },
  'passkey-added': {
    facts: ['name', 'passkey'],
    vi: {
      subject: 'Đã thêm khóa đăng nhập cho {name}',
      paragraphs: [
        'Khóa đăng nhập "{passkey}" vừa được thêm vào tài khoản của bạn.',
        'Nếu không phải bạn, hãy báo ngay cho quản trị viên: người khác đang dùng tài khoản của bạn.',
      ],
    },
    en: {
      subject: 'A passkey was added for {name}',
      paragraphs: [
        'The passkey "{passkey}" was just added to your account.',
        'If it was not you, tell an administrator at once: somebody else is using your account.',
      ],
    },
  },
  'operator-certificate-added': {
    facts: ['name', 'certificate'],
    vi: {
      subject: 'Đã cấp chứng thư đăng nhập cho {name}',
      paragraphs: [
        'Chứng thư đăng nhập "{certificate}" vừa được cấp cho tài khoản của bạn.',
        'Nếu không phải bạn, hãy báo ngay cho quản trị viên: người khác đang dùng tài khoản của bạn.',
      ],
    },
    en: {
      subject: 'A sign-in certificate was issued for {name}',
      paragraphs: [
        'The sign-in certificate "{certificate}" was just issued for your account.',
        'If it was not you, tell an administrator at once: somebody else is using your account.',
      ],
    },
  },
  'operator-certificate-ending': {
    facts: ['name', 'certificate', 'endsOn', 'link'],
    vi: {
      subject: 'Chứng thư đăng nhập của {name} sắp hết hạn',
      paragraphs: [
        'Chứng thư đăng nhập "{certificate}" hết hiệu lực vào ngày {endsOn}.',
        'Vui lòng đăng nhập và tạo chứng thư mới trước ngày đó. Sau ngày đó, nếu không còn cách đăng nhập nào khác, cần hai quản trị viên khôi phục truy cập cho bạn.',
      ],
      link: { fact: 'link', label: 'Tạo chứng thư đăng nhập mới' },
    },
    en: {
      subject: 'The sign-in certificate of {name} ends soon',
      paragraphs: [
        'The sign-in certificate "{certificate}" ends on {endsOn}.',
        'Please sign in and make a new one before that day. After it, if you have no other way to sign in, two administrators must recover your access.',
      ],
      link: { fact: 'link', label: 'Make a new sign-in certificate' },
    },
  },
  'recovery-link': {
    facts: ['name', 'minutes', 'link'], sealed: 'link',
    vi: {
      subject: 'Khôi phục truy cập cho {name}',
      paragraphs: [
        'Hai quản trị viên đã đồng ý khôi phục quyền truy cập của bạn. Mọi khóa đăng nhập cũ đã bị gỡ, chứng thư đăng nhập đã bị thu hồi.',
        'Mở liên kết dưới đây để thiết lập khóa mới. Liên kết dùng được một lần, trong {minutes} phút; sau đó hãy yêu cầu liên kết mới ở trang đăng nhập.',
      ],
      link: { fact: 'link', label: 'Thiết lập khóa đăng nhập' },
    },
    en: {
      subject: 'Recovery of access for {name}',
      paragraphs: [
        'Two administrators have agreed to recover your access. All your old passkeys were removed, and your sign-in certificates revoked.',
        'Open the link below to set up a new one. It works once, within {minutes} minutes; after that ask for a new one on the sign-in page.',
      ],
      link: { fact: 'link', label: 'Set up a passkey' },
    },
  },
  'requests-due': {
    facts: ['overdue', 'soon', 'lines', 'linesEn', 'listUrl'],
    vi: {
      subject: 'Yêu cầu chứng thực: {overdue} quá hạn, {soon} sắp đến hạn',
      paragraphs: ['{overdue} yêu cầu đã quá thời hạn giải quyết và {soon} yêu cầu sắp đến hạn:', '{lines}'],
      link: { fact: 'listUrl', label: 'Xem danh sách' },
    },
    en: {
      subject: 'Certification requests: {overdue} overdue, {soon} due soon',
      paragraphs: ['{overdue} requests are past their term and {soon} will be soon:', '{linesEn}'],
      link: { fact: 'listUrl', label: 'Show the list' },
    },
  },
  'urgent-revocation': {
    facts: ['subject', 'ground', 'groundEn', 'dueAt', 'requestUrl'],
    vi: {
      subject: 'KHẨN: yêu cầu thu hồi chứng thư',
      paragraphs: ['Yêu cầu thu hồi khẩn cấp chứng thư của {subject}, lý do: {ground}. Thời hạn: {dueAt}.'],
      link: { fact: 'requestUrl', label: 'Xử lý yêu cầu' },
    },
    en: {
      subject: 'URGENT: a certificate is to be revoked',
      paragraphs: ['An urgent request to revoke the certificate of {subject}, ground: {groundEn}. Due at {dueAt}.'],
      link: { fact: 'requestUrl', label: 'Work on the request' },
    },
  },
  'webhook-disabled': {
    facts: ['url', 'since', 'error'],
    vi: {
      subject: 'Ngừng gửi thông báo sự kiện tới {url}',
      paragraphs: [
        'Địa chỉ {url} không nhận được sự kiện từ {since} (lỗi gần nhất: {error}), nên việc gửi đã bị ngừng.',
        'Sau khi khắc phục, hãy kích hoạt lại. Các sự kiện đã bỏ lỡ đọc được tại GET /api/v1/events.',
      ],
    },
    en: {
      subject: 'Events are no longer sent to {url}',
      paragraphs: [
        'The address {url} has taken no events since {since} (last error: {error}), so sending was stopped.',
        'Activate it again once it is mended. What was missed can be read from GET /api/v1/events.',
      ],
    },
  },
} as const satisfies Record<string, MailRow>;

export type MailTemplate = keyof typeof templates;
export const mailTemplates = Object.keys(templates) as [MailTemplate, ...MailTemplate[]];
