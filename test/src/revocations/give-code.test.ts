import { anyone } from '../../../src/access/actors.ts';
import { openFacts } from '../../../src/notifications/sealed.ts';
import { mailCodes } from '../../../src/revocations/give-code.ts';
import { revokeByCode } from '../../../src/revocations/revoke-by-code.ts';
import { issueRows, lines, worked } from '../bulk/files.ts';
import { decideAll, requestWorld, submitted } from '../requests/people.ts';

const world = await requestWorld();
const { services } = world;
const mailing = { ...services, config: { ...services.config, mail: { smtpUrl: 'smtp://localhost:1', from: 'ca@antin.test', domain: 'antin.test' } } };

/** What the mail about a certificate will say. */
async function mailed(certificateId: string): Promise<{ to: string; serialNumber: string; code: string }> {
  const mail = await services.db('mails').where({ dedupeKey: `revocation-code:${certificateId}` }).first('recipient', 'template', 'dedupeKey', 'facts');
  const { serialNumber = '', code = '' } = await openFacts(services, mail);
  return { to: mail.recipient as string, serialNumber, code };
}
const revoke = (order: { serialNumber: string; code: string }) => revokeByCode(services, anyone('test'), { ground: 'device-lost', ...order });

test('codes are mailed once to those who have none, and work', async () => {
  const { newCertificateId: id } = await decideAll(world, (await submitted(world)).id);
  expect(await mailCodes(services)).toBe(0);
  expect(await mailCodes(mailing)).toBe(1);
  expect(await mailCodes(mailing)).toBe(0);
  expect((await revoke(await mailed(id!))).certificateId).toBe(id);
});

test('whoever got a certificate in bulk gets a code like anybody else; it lies nowhere in clear', async () => {
  const { officials, rows } = await issueRows(world, 5);
  const made = (await lines(services, (await worked(world, 'issue', rows)).id)).map(({ newCertificateId }) => newCertificateId!);
  expect(await mailCodes(mailing)).toBe(5);
  const told = await Promise.all(made.map(mailed));
  expect(told.map(({ to }) => to)).toEqual(officials.map(({ email }) => email));
  expect(new Set(told.map(({ code }) => code)).size).toBe(5);
  const { rows: tables } = await services.db.raw<{ rows: { text: string }[] }>('select m::text as text from mails m union all select c::text from revocation_codes c union all select a::text from audit_entries a');
  const stored = tables.map(({ text }) => text).join('\n');
  for (const { code } of told) expect(stored).not.toContain(code);
  expect((await revoke(told[3]!)).certificateId).toBe(made[3]);
});

test('a certificate of more than a week ago is not written about any more', async () => {
  await worked(world, 'issue', (await issueRows(world, 1)).rows);
  services.clock.advance({ days: 8 });
  expect(await mailCodes(mailing)).toBe(0);
});
