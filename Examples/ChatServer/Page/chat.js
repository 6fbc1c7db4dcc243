'use strict';
// SignalR's JSON protocol by hand: records of JSON, each ending with the byte 1E. A real application uses @microsoft/signalr.
const END = '\u001e';
const $ = id => document.getElementById(id);
let socket, me, room, retry = 500;

function connect() {
  socket = new WebSocket(location.origin.replace(/^http/, 'ws') + '/chat');
  socket.onopen = () => send({ protocol: 'json', version: 1 });
  socket.onmessage = event => event.data.split(END).filter(Boolean).map(JSON.parse).forEach(receive);
  socket.onclose = () => {
    state('Connecting again …');
    setTimeout(connect, retry = Math.min(retry * 2, 10000));
  };
}

function send(record) { socket.send(JSON.stringify(record) + END); }

function call(target, ...args) { send({ type: 1, invocationId: target, target, arguments: args }); }

function receive(record) {
  switch (record.type) {
    case undefined: // the answer to the handshake
      call('Join', room, me);
      break;
    case 1:
      if (record.target === 'Said') show(...record.arguments);
      if (record.target === 'Here') $('people').replaceChildren(...record.arguments[0].map(name => element('li', name)));
      break;
    case 3:
      if (record.error) state(record.error);
      else if (record.invocationId === 'Join') { retry = 500; state(''); }
      break;
    case 6: // are you there?
      send({ type: 6 });
  }
}

function show(name, text) {
  const line = element('li');
  line.classList.toggle('mine', name === me);
  line.append(element('b', name), element('span', text));
  $('messages').append(line);
  $('messages').scrollTop = $('messages').scrollHeight;
}

function element(tag, text = '') {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function state(text) {
  $('state').textContent = text;
  $('text').disabled = text !== '' && socket.readyState !== WebSocket.OPEN;
}

$('join').onsubmit = event => {
  event.preventDefault();
  [me, room] = [$('name').value.trim(), $('room').value.trim()];
  if (!me || !room) return;
  $('title').textContent = room;
  document.title = room + ' – Chat';
  $('join').hidden = true;
  $('chat').hidden = false;
  $('text').focus();
  connect();
};

$('say').onsubmit = event => {
  event.preventDefault();
  if (!$('text').value.trim() || socket.readyState !== WebSocket.OPEN) return;
  call('Say', $('text').value);
  $('text').value = '';
};
