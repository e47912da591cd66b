import { takesClientCertificates } from '../../http/client-certificate.ts';
import type { Services } from '../../services.ts';
import type { Form } from '../frame/form.ts';
import { html, type Html } from '../frame/page.ts';

/** The page with every way in that this service has, whichever of its forms was sent. */
export function signInForm({ config }: Pick<Services, 'config'>, to: string | undefined, form: Form): Html {
  return html('sign-in/sign-in.njk', { form, to, organisation: config.oidc?.name, takesCertificates: takesClientCertificates(config) });
}
