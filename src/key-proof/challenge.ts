import { Problem } from '../problems.ts';
import type { Services } from '../services.ts';
import type { Origin } from '../sessions/start.ts';
import { buildToken, hashToken } from '../sessions/token.ts';
import { takeAttempt } from '../sign-in/attempts.ts';
import { drawChallenge } from './draw.ts';
import { findChallenge, insertChallenge } from './store.ts';

/** Time to save the file, sign it and bring it back. */
export const challengeMs = 10 * 60_000;

/** What is to be signed: `token` names it and stands in its text. */
export interface Challenge { token: string; createdAt: Date; expiresAt: Date }

/** A fresh challenge; only its hash is kept. @throws Problem `too-many-requests` */
export async function makeChallenge(services: Services, from: Origin): Promise<Challenge> {
  await takeAttempt(services, { from });
  const token = buildToken((bytes) => services.random(bytes));
  const createdAt = services.now();
  const expiresAt = new Date(createdAt.getTime() + challengeMs);
  await services.db.transaction((tx) => insertChallenge(tx, { tokenHash: hashToken(token)!, createdAt, expiresAt, usedAt: null }));
  return { token, createdAt, expiresAt };
}

/** Lines of a challenge, Vietnamese and English in one: whoever signs reads what it is for, wherever the file was opened. */
function linesOf({ config }: Pick<Services, 'config'>, { token, expiresAt }: Challenge): string[] {
  const until = new Intl.DateTimeFormat('vi-VN', { timeZone: 'Asia/Ho_Chi_Minh', dateStyle: 'short', timeStyle: 'medium' }).format(expiresAt);
  return [
    'ĐĂNG NHẬP BẰNG CHỨNG THƯ SỐ', 'SIGN-IN WITH A CERTIFICATE', '',
    `Địa chỉ (address): ${config.publicUrl}`, `Mã (code): ${token}`, `Hiệu lực đến (valid until): ${until} (UTC+7)`, '',
    'Chỉ ký tệp này nếu chính bạn vừa tải về từ trang đăng nhập tại địa chỉ trên. Người có tệp đã ký có thể đăng nhập bằng tên của bạn.',
    'Sign this file only if you have just saved it yourself from the sign-in page at the address above. Whoever has the signed file can sign in as you.',
  ];
}

/** The challenge as a text file. Its lines end as CMS wants text (RFC 8551 §3.1.1), so tools that convert it change nothing. */
export function challengeText(services: Pick<Services, 'config'>, challenge: Challenge): Uint8Array {
  return Buffer.from(linesOf(services, challenge).map((line) => `${line}\r\n`).join(''));
}

/** The challenge as a PDF; the same one is the same bytes each time. */
export async function challengePdf(services: Pick<Services, 'config'>, challenge: Challenge): Promise<Uint8Array> {
  return drawChallenge(linesOf(services, challenge), challenge.createdAt);
}

/** The file of a challenge that can still be signed. @throws Problem `key-proof-not-valid` */
export async function challengeFile(services: Pick<Services, 'config' | 'db' | 'now'>, token: string, format: 'txt' | 'pdf'): Promise<Uint8Array> {
  const hash = hashToken(token);
  const row = hash && await findChallenge(services.db, hash);
  if (!row || row.usedAt !== null || row.expiresAt <= services.now()) throw new Problem('key-proof-not-valid');
  return format === 'pdf' ? challengePdf(services, { ...row, token }) : challengeText(services, { ...row, token });
}
