// Code of the documentation of RealTimeTesting, and of the seam for backends. In a test, `assert` is `#expect`.

import RealTimeTesting
import SignalR

let chat = Hub("chat") { hub in
    hub.on("SendMessage") { (caller: HubCaller, user: String, text: String) in
        try await caller.clients.others.send("ReceiveMessage", user, text)
    }
    hub.on("Add") { (_: HubCaller, a: Int, b: Int) in a + b }
    hub.on("GuessAge") { (caller: HubCaller) in
        try await caller.invoke("Age", returning: Int.self)
    }
}
// snippet.clients
try await withTestClients(of: chat, as: ["ann", "bob"]) { ann, bob in
    try await ann.send("SendMessage", "ann", "hi")
    let heard = try await bob.next()
    assert(heard == .invocation("ReceiveMessage", ["ann", "hi"]))

    let sum = try await ann.invoke("Add", 1, 2, returning: Int.self)
    assert(sum == 3)

    // Everything that was sent has come: nothing is waited for.
    let more = try await ann.unread()
    assert(more.isEmpty)
}
// snippet.answers
try await withTestClients(of: chat, using: .messagepack) { ann in
    ann.answer("Age") { 42 }
    let age = try await ann.invoke("GuessAge", returning: Int.self)
    assert(age == 42)
}
// snippet.recording
func congratulate(_ user: String, over inbox: Hub) async throws {
    try await inbox.clients.user(user).send("Congratulations", "It works.")
}
let recorder = RecordingLifetimeManager()
try await congratulate("ann", over: Hub("inbox", lifetime: recorder) { _ in })
assert(recorder.sent == [SentMessage(to: .users(["ann"]), "Congratulations", ["It works."])])
// snippet.clock
let clock = ManualClock()
async let nap: Void = clock.sleep(for: .seconds(3600))
await clock.sleepers.wait { $0.count == 1 }
clock.advance(by: .seconds(3600))
try await nap
// snippet.conformance
let node = InMemoryHubLifetimeManager(hub: "test")
for check in HubLifetimeManagerConformance.checks {
    try await check.run(on: HubLifetimeManagerConformance(of: [Hub("test", lifetime: node) { _ in }]))
}
// snippet.end
