// From a prompt to a model, with the public API alone.
import { Viewer, readObj } from '/demo/viewer.js';

const byId = id => document.getElementById(id);
const api = '/api/v1';
let token = sessionStorage.getItem('token');
let task, shown, viewer, following;

async function call(method, path, body) {
  const headers = { ...(token && { Authorization: `Bearer ${token}` }), ...(body && { 'Content-Type': 'application/json' }) };
  // A double click is one request: what is sent twice counts once.
  if (method === 'POST') headers['Idempotency-Key'] = crypto.randomUUID();
  const answer = await fetch(api + path, { method, headers, body: body && JSON.stringify(body) });
  const json = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(json.error?.message ?? answer.statusText), { code: json.error?.code, status: answer.status });
  return json.data;
}

function say(text, isError = false) {
  byId('status').textContent = text;
  byId('status').className = isError ? 'error' : '';
}

/** Runs what a click asks for, with the button shut meanwhile, and tells what went wrong. */
function on(element, event, action) {
  element.addEventListener(event, async e => {
    e.preventDefault();
    const button = e.submitter ?? e.currentTarget;
    button.disabled = true;
    try {
      await action(e);
    } catch (failure) {
      if (failure.status === 401) signedIn(null);
      say(failure.message, true);
    } finally {
      button.disabled = false;
    }
  });
}

function signedIn(newToken) {
  token = newToken;
  if (token) sessionStorage.setItem('token', token);
  else sessionStorage.removeItem('token');
  byId('sign-in').hidden = !!token;
  byId('ask').hidden = !token;
}

on(byId('sign-in'), 'submit', async e => {
  const { email, password } = Object.fromEntries(new FormData(e.target));
  signedIn((await call('POST', `/auth/${e.submitter.value}`, { email, password })).token);
  say('');
});

on(byId('ask'), 'submit', async e => {
  task = await call('POST', '/tasks', { prompt: new FormData(e.target).get('prompt') });
  byId('model').hidden = true;
  shown = null;
  show();
  follow(task.id);
});

on(byId('publish'), 'click', async () => {
  await call('POST', `/models/${task.model.id}/publish`);
  say('Published.');
  await showGallery();
});

/** Follows the task by its live feed, and resumes after the last event when the connection breaks. */
async function follow(id) {
  following?.abort();
  const { signal } = following = new AbortController();
  for (let last = null; !signal.aborted;) {
    try {
      const answer = await fetch(`${api}/tasks/${id}/events`, { headers: { Authorization: `Bearer ${token}`, ...(last && { 'Last-Event-ID': last }) }, signal });
      if (!answer.ok) return;
      let text = '';
      for (const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader(); ;) {
        const { value, done } = await reader.read();
        if (done) break;
        text += value;
        const frames = text.split('\n\n');
        text = frames.pop();
        for (const frame of frames) last = /^id: ?(.*)$/m.exec(frame)?.[1] ?? last;
        if (frames.some(frame => /^data:/m.test(frame))) {
          task = await call('GET', `/tasks/${id}`);
          show();
        }
      }
    } catch (failure) {
      if (!signal.aborted) say(failure.message, true);
    }
    await new Promise(resolve => setTimeout(resolve, 1000));
  }
}

function show() {
  say(task.model && task.status === 'MODEL_GENERATING' ? `${task.status} ${task.model.progress} %` : task.status);
  byId('pictures').replaceChildren(...task.images.map(image => {
    const button = document.createElement('button');
    button.dataset.index = image.index;
    button.title = `${image.index + 1}: ${image.imageStatus}`;
    button.setAttribute('aria-pressed', String(task.selectedImageIndex === image.index));
    if (image.imageUrl) {
      const picture = document.createElement('img');
      picture.src = image.imageUrl;
      picture.alt = `Picture ${image.index + 1}`;
      button.append(picture);
      on(button, 'click', async () => {
        task = await call('PATCH', `/tasks/${task.id}`, { selectedImageIndex: image.index });
        show();
      });
    } else {
      button.textContent = image.imageStatus;
    }
    return button;
  }));
  if (task.model?.modelUrl && shown !== task.model.id) {
    shown = task.model.id;
    showModel(task.model).catch(failure => say(failure.message, true));
  }
}

async function showModel(model) {
  byId('model').hidden = false;
  byId('download').href = model.modelUrl;
  if (model.format !== 'OBJ') return;
  const texture = model.parts.find(part => part.name.endsWith('.png'));
  const [text, image] = await Promise.all([
    fetch(model.modelUrl).then(answer => answer.text()),
    texture && fetch(texture.url).then(answer => answer.blob()).then(blob => createImageBitmap(blob, { imageOrientation: 'flipY' })),
  ]);
  viewer ??= new Viewer(byId('viewer'));
  viewer.show(readObj(text), image);
  byId('viewer').dataset.model = model.id;
}

async function showGallery() {
  const models = await call('GET', '/gallery?limit=24');
  byId('gallery').replaceChildren(...models.map(model => {
    const figure = document.createElement('figure');
    figure.dataset.model = model.id;
    const picture = document.createElement('img');
    if (model.previewImageUrl) picture.src = model.previewImageUrl;
    picture.alt = '';
    const caption = document.createElement('figcaption');
    caption.textContent = model.name;
    const like = document.createElement('button');
    like.textContent = `♥ ${model.likeCount}`;
    on(like, 'click', async () => { like.textContent = `♥ ${(await call('POST', `/models/${model.id}/like`)).likeCount}`; });
    figure.append(picture, caption, like);
    return figure;
  }));
}

signedIn(token);
showGallery().catch(failure => say(failure.message, true));
