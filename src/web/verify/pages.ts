import type { Config } from '../../config.ts';
import { Problem } from '../../problems.ts';
import { rates, takeRate } from '../../rates/take.ts';
import { verifyDocument } from '../../verification/verify.ts';
import { emptyForm, type Form } from '../frame/form.ts';
import { html, page, redirect, type Html, type PageCall } from '../frame/page.ts';
import { receiptLink } from '../receipts/link.ts';
import { presentAnswer } from './present.ts';

const megabytes = ({ maxDocumentBytes }: Config): number => Math.floor(maxDocumentBytes / 1_048_576);
const verifyForm = ({ services }: PageCall, form: Form): Html => html('verify/form.njk', { form, maxMegabytes: megabytes(services.config) });

/** The page that checks a signed document, for anyone; works without any script. */
export const verifyPages = [
  page({ method: 'get', path: '/', allow: 'anyone', handle: async (call) => verifyForm(call, emptyForm) }),
  page({ method: 'get', path: '/verify', allow: 'anyone', handle: async () => redirect('/') }),
  page({
    method: 'post', path: '/verify', allow: 'anyone', upload: { maxBytes: (config) => config.maxDocumentBytes, files: ['file', 'content'] },
    again: async (call, form) => verifyForm(call, form),
    mistakes: {
      'invalid-fields': { field: 'file', word: 'verify.errorNoFile' }, 'malformed-request': { field: 'file', word: 'verify.errorNoFile' },
      'unsupported-format': { field: 'file', word: 'verify.errorNoFile' }, 'too-large': { field: 'file', word: 'verify.errorTooLarge' },
      'document-unreadable': { field: 'file', word: 'verify.errorUnreadable' }, 'took-too-long': { field: 'file', word: 'verify.errorTooLong' },
      'too-many-requests': { field: 'file', word: 'verify.errorTooMany' },
    },
    handle: async ({ services, actor, files, language, from, setHeader }) => {
      await takeRate(services, { purpose: 'verification', caller: from.address, rate: rates.anyone, setHeader });
      const { file, content } = files;
      if (!file) throw new Problem('invalid-fields');
      const answer = await verifyDocument(services, actor, { name: file.name, file: file.bytes, content: content?.bytes });
      return html('verify/result.njk', { view: presentAnswer(answer, language), link: receiptLink(services.config, answer.id) });
    },
  }),
];
