import NIOCore
import RealTimeTesting
import SignalR
import Testing

/// The suite finds what is wrong.
@Suite(.timeLimit(.minutes(1))) struct HubConformanceTests {
    /// A lifetime manager with one fault.
    struct Faulty: HubLifetimeManager {
        enum Fault: CaseIterable {
            case losesBroadcasts, sendsTwice, forgetsExceptions, sendsToAll, neverJoins, neverLeaves, seesGhosts, seesNobody,
                closesAll,
                closesNobody, answersItself, onlyJSON
        }

        let fault: Fault
        let base = InMemoryHubLifetimeManager(hub: "faulty")

        var local: InMemoryHubLifetimeManager? { self.base }

        func send(_ message: SerializedHubMessage, to target: HubTarget) async throws { self.post(message, to: target, at: nil) }

        func post(_ message: SerializedHubMessage, to target: HubTarget, at position: Int64?) {
            let isFence = message.invocation?.target == "Fence"
            switch (self.fault, target) {
            case _ where isFence: self.base.post(message, to: target, at: position)
            case (.losesBroadcasts, .all): break
            case (.sendsTwice, _):
                self.base.post(message, to: target, at: position)
                self.base.post(message, to: target, at: position)
            case (.forgetsExceptions, .all): self.base.post(message, to: .all(), at: position)
            case (.forgetsExceptions, .groups(let names, _)): self.base.post(message, to: .groups(names), at: position)
            case (.sendsToAll, _): self.base.post(message, to: .all(), at: position)
            case (.onlyJSON, _):
                let other = SerializedHubMessage(record: message.json, messagePack: ByteBuffer())
                self.base.post(other, to: target, at: position)
            default: self.base.post(message, to: target, at: position)
            }
        }

        func invoke(
            _ call: SerializedHubMessage, id: String, on connectionID: String, timeout: Duration
        ) async throws -> ClientAnswer {
            if self.fault == .answersItself { return ClientAnswer(kind: .json, payload: nil) }
            return try await self.base.invoke(call, id: id, on: connectionID, timeout: timeout)
        }

        func join(_ group: String, connectionID: String) async throws -> Bool {
            self.fault == .neverJoins ? true : try await self.base.join(group, connectionID: connectionID)
        }

        func leave(_ group: String, connectionID: String) async throws -> Bool {
            self.fault == .neverLeaves ? true : try await self.base.leave(group, connectionID: connectionID)
        }

        func exists(_ target: HubTarget) async throws -> Bool {
            switch self.fault {
            case .seesGhosts: true
            case .seesNobody: false
            default: try await self.base.exists(target)
            }
        }

        func close(_ target: HubTarget, reason: CloseReason) async throws {
            switch self.fault {
            case .closesAll: try await self.base.close(.all(), reason: reason)
            case .closesNobody: break
            default: try await self.base.close(target, reason: reason)
            }
        }
    }

    @Test(arguments: Faulty.Fault.allCases)
    func findsWhatIsWrong(_ fault: Faulty.Fault) async throws {
        var failures: [String] = []
        for check in HubLifetimeManagerConformance.checks {
            let hub = Hub("faulty", lifetime: Faulty(fault: fault)) { _ in }
            do {
                try await check.run(on: HubLifetimeManagerConformance(of: [hub], patience: .milliseconds(200)))
            } catch {
                failures.append("\(check): \(error)")
            }
        }
        #expect(!failures.isEmpty, "\(fault) goes unnoticed")
    }

    @Test func recordingForwards() async throws {
        let recorder = RecordingLifetimeManager(forwardingTo: InMemoryHubLifetimeManager(hub: "test"))
        try await HubLifetimeManagerConformance(of: [Hub("test", lifetime: recorder) { _ in }]).run()
        #expect(recorder.sent.contains { $0.method == "Heard" })
    }
}
