import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Synchronization
import Testing

@testable import GraphNotifications

private struct HandlerFailure: Error {}

@Suite struct NotificationHandlerTests {
    private let quick = Backoff(base: .microseconds(1), maximum: .microseconds(10))

    private func post(_ body: ByteBuffer, to receiver: WebhookReceiver) async -> WebhookAnswer {
        await withCheckedContinuation { continuation in
            receiver.receive(WebhookRequest(method: .POST, uri: "/graph", body: body)) { continuation.resume(returning: $0) }
        }
    }

    private func running(_ receiver: WebhookReceiver, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await receiver.run() }
            try await body()
            group.cancelAll()
        }
    }

    @Test func callsTheClosureInOrder() async throws {
        let seen = Notes<String>()
        let receiver = WebhookReceiver(clientState: "secret") { seen.note($0.resource) }
        try await self.running(receiver) {
            for number in 0..<20 {
                let body = collection(
                    item(state: "secret", resource: "a\(number)"), item(state: "forged", resource: "no"), "17",
                    item(state: "secret", resource: "b\(number)")
                )
                #expect(await self.post(body, to: receiver).status == .accepted)
            }
            try await eventually("all are handled") { seen.count == 40 }
        }
        #expect(seen.all == (0..<20).flatMap { ["a\($0)", "b\($0)"] })
    }

    @Test func triesAgainAndThenDropsWithOneWarning() async throws {
        let attempts = Notes<String>()
        let lines = Notes<String>()
        let receiver = WebhookReceiver(
            clientState: "secret", backoff: self.quick, logger: recordingLogger(lines)
        ) { notification in
            attempts.note(notification.resource)
            if notification.resource == "bad" { throw HandlerFailure() }
            if notification.resource == "shaky", attempts.all.filter({ $0 == "shaky" }).count < 3 { throw HandlerFailure() }
        }
        try await self.running(receiver) {
            let items = ["bad", "shaky", "good"].map { item(state: "secret", resource: $0) }
            _ = await self.post(collection(items[0], items[1], items[2]), to: receiver)
            try await eventually("all are handled") { attempts.all.last == "good" }
        }
        #expect(attempts.all == Array(repeating: "bad", count: 5) + ["shaky", "shaky", "shaky", "good"])
        #expect(lines.all.filter { $0.hasPrefix("warning") }.count == 1)
        #expect(!lines.all.contains { $0.contains("secret") || $0.contains("AAMk") })
    }

    @Test func lifecycleNotificationsHaveTheirOwnClosure() async throws {
        let events = Notes<LifecycleNotification.Event>()
        let receiver = WebhookReceiver(clientState: "secret", onLifecycle: { events.note($0.event) }) { _ in }
        try await self.running(receiver) {
            let body = collection(
                #"{"subscriptionId":"s","clientState":"secret","lifecycleEvent":"missed"}"#,
                #"{"subscriptionId":"s","clientState":"forged","lifecycleEvent":"subscriptionRemoved"}"#,
                #"{"subscriptionId":"s","clientState":"secret","lifecycleEvent":"reauthorizationRequired"}"#
            )
            _ = await self.post(body, to: receiver)
            try await eventually("both are handled") { events.count == 2 }
        }
        #expect(events.all == [.missed, .reauthorizationRequired])
    }

    @Test func whatWaitsAtShutdownIsStillHandled() async throws {
        let gate = Gate()
        let seen = Notes<String>()
        let receiver = WebhookReceiver(clientState: "secret") { notification in
            await gate.pass()
            seen.note(notification.resource)
        }
        for number in 0..<3 {
            _ = await self.post(collection(item(state: "secret", resource: "\(number)")), to: receiver)
        }
        let group = ServiceGroup(services: [receiver], logger: Logger(label: "test"))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await eventually("the first is being handled") { gate.waiterCount == 1 }
            await group.triggerGracefulShutdown()
            gate.open()
            try await tasks.waitForAll()
        }
        #expect(seen.all == ["0", "1", "2"])
    }
}
