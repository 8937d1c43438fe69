// Asking the controller.

/** POST JSON and return the answer; an Error says in Vietnamese what was refused. */
export async function post(path, body) {
  const asked = fetch(`/api/v1${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await asked.catch(() => {
    throw new Error("Không nối được với máy chủ. Hãy kiểm tra mạng rồi thử lại.");
  });
  const document = await answer.json();
  if (!answer.ok) throw new Error(document.detail);
  return document;
}
