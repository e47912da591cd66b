import { signerFrom } from '../../pki/keys/signer.ts';
import { signPdf } from '../../pki/pdf/sign.ts';
import { requestTimestamp } from '../request-timestamp.ts';
import type { Holding } from './certificate.ts';
import type { Stage } from './stage.ts';

interface Verification {
  id: string;
  conclusion: { indication: string; subIndication: string | null };
  signatures: { format: string; signer: { commonName: string; organization: string } | null; signingTime: { proven: string | null }; messages: { level: string; text: { vi: string; en: string } }[] }[];
}

/** Has a document checked by the API, tells what came out, and stops the story if that is not what it must be. */
export async function verifyExpecting(stage: Stage, name: string, bytes: Uint8Array, expected: (indication: string) => boolean): Promise<string[]> {
  const { conclusion, signatures, id } = await stage.as('verifier').upload<Verification>('/api/v1/verifications', name, bytes);
  const { indication, subIndication } = conclusion;
  if (!expected(indication)) throw new Error(`${name}: the verification says ${indication} ${subIndication ?? ''}, the story expects another end`);
  const first = signatures[0];
  const reason = first?.messages.find(({ level }) => level === 'error')?.text;
  return [
    `${indication}${subIndication ? ` / ${subIndication}` : ''}${first?.signer ? `: ${first.format}, ${first.signer.commonName}, ${first.signer.organization}` : ''}`,
    ...(first?.signingTime.proven ? [`proven to have existed at ${first.signingTime.proven}`] : []),
    ...(reason ? [reason.vi, reason.en] : []),
    `${stage.address}/api/v1/verifications/${id}`,
  ];
}

/** Signs a PDF and keeps it. @param timestamped PAdES-B-T with a token of the service's own authority, else PAdES-B-B */
export async function signAndKeep(stage: Stage, pdf: Uint8Array, { privateKey, certificate, chain }: Holding, options: { name: string; timestamped: boolean }): Promise<Uint8Array> {
  const signed = await signPdf(pdf, {
    signer: signerFrom(privateKey), certificate, chain: chain.slice(1), signingTime: new Date(), reason: 'Ký ban hành kết quả',
    ...(options.timestamped ? { timestamp: (signature: Uint8Array) => requestTimestamp(`${stage.address}/tsa`, signature) } : {}),
  });
  await stage.keep(options.name, signed);
  return signed;
}

/** The signed result stands; the same file with one byte changed does not. */
export async function signAndVerify(stage: Stage, pdf: Uint8Array, holding: Holding): Promise<void> {
  const { tell } = stage;
  const signed = await tell.step('A result of two pages is signed as PAdES-B-B', async (say) => {
    const made = await signAndKeep(stage, pdf, holding, { name: 'result-signed.pdf', timestamped: false });
    say(`${stage.folder}/result-signed.pdf, ${made.length.toLocaleString('en')} bytes`);
    return made;
  });
  await tell.step('It is verified through the API', async (say) => {
    say('three ends, in the words of ETSI EN 319 102-1: TOTAL-PASSED it stands, TOTAL-FAILED it does not, INDETERMINATE nobody can say');
    for (const line of await verifyExpecting(stage, 'result-signed.pdf', signed, (it) => it === 'TOTAL-PASSED')) say(line);
  });
  await tell.step('The same file with one byte changed', async (say) => {
    const altered = alterOneByte(signed);
    await stage.keep('result-altered.pdf', altered);
    for (const line of await verifyExpecting(stage, 'result-altered.pdf', altered, (it) => it === 'TOTAL-FAILED')) say(line);
  });
}

/** One bit of a page's content, in the middle of the first stream. */
function alterOneByte(pdf: Uint8Array): Uint8Array {
  const altered = pdf.slice();
  const start = Buffer.from(altered.buffer).indexOf('stream');
  altered[start + 60]! ^= 0x01;
  return altered;
}
