/** A caller of the service's API under one key. Every answer that is not 2xx is thrown with its problem document. */
export interface Api {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  /** multipart/form-data with one file and what is said with it */
  upload<T>(path: string, name: string, bytes: Uint8Array, fields?: Readonly<Record<string, string>>): Promise<T>;
}

const json = (body: unknown): RequestInit => ({ body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });

/** @param baseUrl without a slash at its end */
export function apiOf(baseUrl: string, key: string): Api {
  const call = async <T>(path: string, init: RequestInit): Promise<T> => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${key}`);
    headers.set('accept-language', 'en');
    const answer = await fetch(`${baseUrl}${path}`, { ...init, headers });
    if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${path} answered ${answer.status}: ${await answer.text()}`);
    return await answer.json() as T;
  };
  return {
    get: (path) => call(path, {}),
    post: (path, body) => call(path, { method: 'POST', ...json(body) }),
    patch: (path, body) => call(path, { method: 'PATCH', ...json(body) }),
    upload: (path, name, bytes, fields = {}) => {
      const form = new FormData();
      for (const [field, text] of Object.entries(fields)) form.append(field, text);
      form.append('file', new Blob([Uint8Array.from(bytes)]), name);
      return call(path, { method: 'POST', body: form });
    },
  };
}
