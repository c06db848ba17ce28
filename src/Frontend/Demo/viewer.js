// Shows a Wavefront OBJ with one texture in WebGL; drag or arrow keys turn it. No library: what is shown has one mesh and one material.

const vertexShader = `
attribute vec3 position; attribute vec3 normal; attribute vec2 uv;
uniform mat4 view; uniform mat4 projection;
varying vec3 n; varying vec2 t;
void main() { n = mat3(view) * normal; t = uv; gl_Position = projection * view * vec4(position, 1.0); }`;

const fragmentShader = `
precision mediump float;
uniform sampler2D surface; varying vec3 n; varying vec2 t;
void main() {
  float light = 0.35 + 0.65 * max(0.0, dot(normalize(n), normalize(vec3(0.4, 0.6, 0.8))));
  gl_FragColor = vec4(texture2D(surface, t).rgb * light, 1.0);
}`;

/** Reads an OBJ into one array of corners: position, normal, texture coordinates. */
export function readObj(text) {
  const v = [], vt = [], vn = [], corners = [];
  for (const line of text.split('\n')) {
    const [what, ...rest] = line.trim().split(/\s+/);
    if (what === 'v') v.push(rest.map(Number));
    else if (what === 'vt') vt.push(rest.map(Number));
    else if (what === 'vn') vn.push(rest.map(Number));
    else if (what === 'f') {
      const face = rest.map(corner => corner.split('/').map(i => i === '' ? undefined : Number(i)));
      for (let i = 2; i < face.length; i++) {
        const triangle = [face[0], face[i - 1], face[i]];
        const at = (list, i) => list[i > 0 ? i - 1 : list.length + i];
        const positions = triangle.map(c => at(v, c[0]));
        const flat = normalOf(...positions);
        triangle.forEach((c, k) => corners.push(...positions[k].slice(0, 3), ...(at(vn, c[2]) ?? flat), ...(at(vt, c[1]) ?? [0.5, 0.5]).slice(0, 2)));
      }
    }
  }
  return fit(new Float32Array(corners));
}

export class Viewer {
  #gl; #count = 0; #yaw = 0.5; #pitch = -0.35; #uniforms;

  constructor(canvas) {
    const gl = this.#gl = canvas.getContext('webgl', { antialias: true, preserveDrawingBuffer: true });
    if (!gl) throw new Error('This browser has no WebGL.');
    const program = gl.createProgram();
    for (const [type, source] of [[gl.VERTEX_SHADER, vertexShader], [gl.FRAGMENT_SHADER, fragmentShader]]) {
      const shader = gl.createShader(type);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    ['position', 'normal', 'uv'].forEach((name, i) => gl.bindAttribLocation(program, i, name));
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
    gl.useProgram(program);
    gl.enable(gl.DEPTH_TEST);
    this.#uniforms = Object.fromEntries(['view', 'projection'].map(name => [name, gl.getUniformLocation(program, name)]));
    this.#listen(canvas);
  }

  show(corners, image) {
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, corners, gl.STATIC_DRAW);
    [[3, 0], [3, 12], [2, 24]].forEach(([size, offset], i) => {
      gl.enableVertexAttribArray(i);
      gl.vertexAttribPointer(i, size, gl.FLOAT, false, 32, offset);
    });
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, true);
    if (image) gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, image);
    else gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 1, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array([200, 200, 210, 255]));
    for (const [name, value] of [[gl.TEXTURE_MIN_FILTER, gl.LINEAR], [gl.TEXTURE_MAG_FILTER, gl.LINEAR], [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE], [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE]]) {
      gl.texParameteri(gl.TEXTURE_2D, name, value);
    }
    this.#count = corners.length / 8;
    this.draw();
  }

  turn(yaw, pitch) {
    this.#yaw += yaw;
    this.#pitch = Math.max(-1.5, Math.min(1.5, this.#pitch + pitch));
    this.draw();
  }

  draw() {
    const gl = this.#gl, { width, height } = gl.canvas;
    gl.viewport(0, 0, width, height);
    gl.clearColor(0.125, 0.14, 0.17, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    const [cy, sy, cp, sp] = [Math.cos(this.#yaw), Math.sin(this.#yaw), Math.cos(this.#pitch), Math.sin(this.#pitch)];
    // Turned about y, then about x, then three away.
    gl.uniformMatrix4fv(this.#uniforms.view, false, [cy, sp * sy, -cp * sy, 0, 0, cp, sp, 0, sy, -sp * cy, cp * cy, 0, 0, 0, -3, 1]);
    const [f, near, far] = [1.8, 0.1, 10];
    gl.uniformMatrix4fv(this.#uniforms.projection, false, [f * height / width, 0, 0, 0, 0, f, 0, 0, 0, 0, (far + near) / (near - far), -1, 0, 0, 2 * far * near / (near - far), 0]);
    gl.drawArrays(gl.TRIANGLES, 0, this.#count);
  }

  #listen(canvas) {
    canvas.addEventListener('pointerdown', e => canvas.setPointerCapture(e.pointerId));
    canvas.addEventListener('pointermove', e => { if (e.buttons) this.turn(e.movementX / 100, e.movementY / 100); });
    canvas.addEventListener('keydown', e => {
      const by = { ArrowLeft: [-0.2, 0], ArrowRight: [0.2, 0], ArrowUp: [0, -0.2], ArrowDown: [0, 0.2] }[e.key];
      if (by) { this.turn(...by); e.preventDefault(); }
    });
  }
}

function normalOf(a, b, c) {
  const [u, w] = [[0, 1, 2].map(i => b[i] - a[i]), [0, 1, 2].map(i => c[i] - a[i])];
  return [u[1] * w[2] - u[2] * w[1], u[2] * w[0] - u[0] * w[2], u[0] * w[1] - u[1] * w[0]];
}

/** Moves and scales positions into a cube of side 2 about the origin. */
function fit(corners) {
  const low = [Infinity, Infinity, Infinity], high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < corners.length; i += 8) {
    for (let k = 0; k < 3; k++) {
      low[k] = Math.min(low[k], corners[i + k]);
      high[k] = Math.max(high[k], corners[i + k]);
    }
  }
  const size = Math.max(...high.map((h, k) => h - low[k])) || 1;
  for (let i = 0; i < corners.length; i += 8) {
    for (let k = 0; k < 3; k++) corners[i + k] = (corners[i + k] - (low[k] + high[k]) / 2) * 2 / size;
  }
  return corners;
}
