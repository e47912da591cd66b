import type { Language } from '../http/language.ts';

/** One language of a mail. `{fact}` stands for a fact; the link's fact holds an address beginning with http:// or https://. */
export interface MailWords {
  subject: string;
  paragraphs: readonly string[];
  link?: { fact: string; label: string };
}

/** A mail: the facts it needs, and its words in both languages. */
export interface MailRow extends Readonly<Record<Language, MailWords>> { facts: readonly string[] }

/** Every mail the service sends, one row each. Facts are plain text; they are escaped where they are put in. */
export const templates = {
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
