import type { JobTask } from '../jobs/task.ts';
import { renewReceiptUnit } from './unit.ts';

export const receiptTasks: readonly JobTask[] = [
  { name: 'renew-receipt-unit', cron: '29 3 * * *', run: renewReceiptUnit },
];
