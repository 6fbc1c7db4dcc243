import RealTimeTesting
import SignalR
import Testing

@Suite(.timeLimit(.minutes(1))) struct RecordingLifetimeManagerTests {
    @Test func keepsWhatWasSent() async throws {
        let recorder = RecordingLifetimeManager()
        let inbox = Hub("inbox", lifetime: recorder) { _ in }
        try await inbox.clients.user("ann").send("MailArrived", "Inbox", ["unread": 3])
        inbox.clients.groups(["a", "b"]).send(try SerializedHubMessage("Update"), at: 7)
        try await inbox.clients.allExcept(["c1"]).send("Notice", 1.5)
        #expect(
            recorder.sent == [
                SentMessage(to: .users(["ann"]), "MailArrived", ["Inbox", ["unread": 3]]),
                SentMessage(to: .groups(["a", "b"]), "Update", [], at: 7),
                SentMessage(to: .all(except: ["c1"]), "Notice", [1.5]),
            ]
        )
    }

    @Test func keepsGroupsAndEnds() async throws {
        let recorder = RecordingLifetimeManager()
        let hub = Hub("hub", lifetime: recorder) { _ in }
        #expect(try await hub.clients.all.exists() == false)
        #expect(try await hub.groups.add("c1", to: "room"))
        try await hub.groups.add("c2", to: "room")
        try await hub.groups.add("c2", to: "other")
        try await hub.groups.remove("c2", from: "other")
        #expect(recorder.groups == ["room": ["c1", "c2"]])
        #expect(try await hub.clients.client("c1").exists())
        #expect(try await hub.clients.group("room", except: ["c1", "c2"]).exists() == false)
        try await hub.clients.client("c1").close()
        #expect(recorder.groups == ["room": ["c2"]])
        #expect(recorder.closed == [.connections(["c1"])])
        #expect(try await hub.clients.client("c1").exists() == false)
    }

    @Test func answersForClients() async throws {
        let nobody = Hub("hub", lifetime: RecordingLifetimeManager()) { _ in }
        await #expect(throws: ClientResultError.unknown("c1")) {
            try await nobody.clients.client("c1").invoke("Age", returning: Int.self)
        }
        let recorder = RecordingLifetimeManager { sent in
            guard sent.method == "Double", case .integer(let number)? = sent.arguments.first else { return nil }
            return .integer(number * 2)
        }
        let hub = Hub("hub", lifetime: recorder) { _ in }
        #expect(try await hub.clients.client("c1").invoke("Double", 21, returning: Int.self) == 42)
        #expect(try await hub.clients.client("c1").invoke("Other", returning: Int?.self) == nil)
        #expect(recorder.sent.first == SentMessage(to: .connections(["c1"]), "Double", [21]))
    }

    @Test func forgetsTheOldest() async throws {
        let recorder = RecordingLifetimeManager(maximumCount: 2)
        let hub = Hub("hub", lifetime: recorder) { _ in }
        async let third: Void = recorder.waitForSent(2)
        for number in 0..<3 { try await hub.clients.all.send("N", number) }
        await third
        #expect(recorder.sent.map(\.arguments) == [[1], [2]])
    }
}
