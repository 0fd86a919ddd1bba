/** A mail a notice, over SMTP; a completed run's report comes with it. */
import { createTransport } from 'nodemailer';
import type { SendMailOptions } from 'nodemailer';
import { PipelineError } from '../../pipeline/errors.js';
import type { NotificationChannel, RunNotice } from '../../pipeline/run-notice.js';
import { noticeText } from '../../pipeline/run-notice-text.js';
import { deliveryId } from './delivery-id.js';
import { mailTransport } from './mail-transport.js';
import type { MailSettings } from './notification-settings.js';
import { withoutSecrets } from './without-secrets.js';

/** Bytes of a stored report. @throws PipelineError */
export type ReadReport = (uri: string) => Promise<Uint8Array>;

/** Above this size mail servers begin to refuse; the mail then names the report's address only. */
const LARGEST_ATTACHMENT_BYTES = 10 * 1024 ** 2;

/** What nodemailer adds to the errors of a server's answers. */
interface SmtpError extends Error {
  readonly code?: string;
  readonly responseCode?: number;
}

/** The mail channel of the settings. */
export function makeMailChannel(settings: MailSettings, readReport: ReadReport): NotificationChannel {
  const { url, from, to } = settings;
  const secrets = [decodeURIComponent(url.password), Buffer.from(decodeURIComponent(url.password)).toString('base64')];
  return {
    name: 'mail',
    send: async (notice) => {
      const message = await messageOf(notice, { from, to, readReport });
      const transport = createTransport(mailTransport(url));
      try {
        const sent = await transport.sendMail(message);
        const refused = sent.rejected.map(String);
        // The others have it: another attempt would only send it to them twice.
        if (refused.length > 0) throw new PipelineError('InvalidData', `mail: ${url.host} refused ${refused.join(', ')}; it took the others`);
        return `${url.host} took it for ${to.length} recipient${to.length === 1 ? '' : 's'}`;
      } catch (error) {
        if (error instanceof PipelineError) throw error;
        throw mailError(error as SmtpError, url.host, secrets);
      } finally {
        transport.close();
      }
    },
  };
}

interface Letter {
  readonly from: string;
  readonly to: readonly string[];
  readonly readReport: ReadReport;
}

async function messageOf(notice: RunNotice, { from, to, readReport }: Letter): Promise<SendMailOptions> {
  const { subject, body } = noticeText(notice);
  const report = notice.report === undefined ? null : Buffer.from(await readReport(notice.report));
  const id = deliveryId(notice);
  return {
    from,
    to: [...to],
    subject,
    text: body,
    messageId: `<${id}@${from.slice(from.indexOf('@') + 1)}>`,
    headers: { 'X-Ares-Delivery': id, 'Auto-Submitted': 'auto-generated' },
    attachments:
      report === null || report.length > LARGEST_ATTACHMENT_BYTES
        ? []
        : [{ filename: 'report.html', content: report, contentType: 'text/html; charset=utf-8' }],
  };
}

/** No cause is kept: the library's errors carry the dialogue with the server. */
function mailError(error: SmtpError, host: string, secrets: readonly string[]): PipelineError {
  const message = `mail: ${host}: ${withoutSecrets(error.message, secrets)}`;
  const code = error.responseCode ?? 0;
  if (code < 500) return new PipelineError(error.code === 'EAUTH' && code === 0 ? 'AccessDenied' : 'UpstreamUnavailable', message);
  return new PipelineError(error.code === 'EAUTH' || code === 530 ? 'AccessDenied' : 'InvalidData', message);
}
