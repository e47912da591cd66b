import { z } from 'zod';
import { Problem } from '../../problems.ts';
import { rates, takeRate } from '../../rates/take.ts';
import { checkReceipt, type ReceiptFault } from '../../receipts/check.ts';
import { readReceipt } from '../../verification/receipt.ts';
import { emptyForm, type Form } from '../frame/form.ts';
import { file, html, page, type Html, type PageCall } from '../frame/page.ts';
import type { WordKey } from '../text/words.ts';
import { receiptLink } from './link.ts';
import { presentReceipt } from './present.ts';

const faultWords: Readonly<Record<ReceiptFault, WordKey>> = {
  'not-ours': 'receipts.fault-not-ours', 'signature-broken': 'receipts.fault-signature-broken', 'not-in-our-records': 'receipts.fault-not-in-our-records',
};
const byId = z.object({ id: z.uuid() });
const maxReceiptBytes = 100_000;

const takeTurn = ({ services, from, setHeader }: PageCall): Promise<void> =>
  takeRate(services, { purpose: 'receipt', caller: from.address, rate: rates.anyone, setHeader });

const checkForm = (form: Form): Html => html('receipts/check.njk', { form });

/** What was answered when, for whoever knows the address; and whether a receipt somebody shows is ours. */
export const receiptPages = [
  page({ method: 'get', path: '/receipts', allow: 'anyone', handle: async () => checkForm(emptyForm) }),
  page({
    method: 'post', path: '/receipts', allow: 'anyone', upload: { maxBytes: maxReceiptBytes, files: ['receipt'] },
    again: async (_call, form) => checkForm(form),
    mistakes: {
      'invalid-fields': { field: 'receipt', word: 'receipts.errorNoFile' }, 'malformed-request': { field: 'receipt', word: 'receipts.errorNoFile' },
      'unsupported-format': { field: 'receipt', word: 'receipts.errorNoFile' }, 'too-large': { field: 'receipt', word: 'receipts.errorNotOne' },
      'document-unreadable': { field: 'receipt', word: 'receipts.errorNotOne' }, 'too-many-requests': { field: 'receipt', word: 'receipts.errorTooMany' },
    },
    handle: async (call) => {
      await takeTurn(call);
      const { receipt } = call.files;
      if (!receipt) throw new Problem('invalid-fields');
      const { genuine, fault, statement } = await checkReceipt(call.services, receipt.bytes);
      const id = z.uuid().safeParse(statement?.['id']).data;
      const view = genuine && id ? presentReceipt(await readReceipt(call.services, id), call.language) : undefined;
      return html('receipts/checked.njk', { genuine, fault: fault && call.t(faultWords[fault]), view, link: view && receiptLink(call.services.config, id!) });
    },
  }),
  page({
    method: 'get', path: '/receipts/:id', allow: 'anyone', params: byId,
    handle: async (call) => {
      await takeTurn(call);
      const row = await readReceipt(call.services, call.params.id);
      return html('receipts/receipt.njk', { view: presentReceipt(row, call.language), link: receiptLink(call.services.config, row.id) });
    },
  }),
  page({
    method: 'get', path: '/receipts/:id/file/receipt.p7m', allow: 'anyone', params: byId,
    handle: async (call) => {
      await takeTurn(call);
      const { receipt, id } = await readReceipt(call.services, call.params.id);
      if (!receipt) throw new Problem('not-found', { id, reason: 'this answer was not signed' });
      return file(receipt, 'application/pkcs7-mime', `receipt-${id}.p7m`);
    },
  }),
];
