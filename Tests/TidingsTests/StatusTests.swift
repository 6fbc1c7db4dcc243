import GraphRelay
import NIOCore
import Testing

@testable import tidings

struct StatusTests {
    @Test func theReportIsTheAgreedJSON() {
        let report = StatusReport(
            version: "1.2.3", startedAt: 1_764_063_000_123, mode: "serve", epoch: "k3x9",
            bounds: UpdateLogBounds(oldest: 3, latest: 7), waiting: 1, deadLetters: 2, connections: 4,
            subscriptions: [
                .init(
                    name: "sales", account: "default", id: "7", resource: "users/\"x\"", changeTypes: "created,updated",
                    state: "active", expiresAt: 0, renewsAt: nil, lastError: nil, lastEventAt: 1000, isSilent: true
                ),
                .init(name: "load", id: nil, resource: nil, changeTypes: "deleted", state: "external"),
            ]
        )
        #expect(
            String(buffer: report.json()) == """
                {"version":"1.2.3","startedAt":"2025-11-25T09:30:00.123Z","mode":"serve","epoch":"k3x9",\
                "log":{"oldest":"k3x9-2","latest":"k3x9-7","count":5},"queue":{"waiting":1},"deadLetters":{"count":2},\
                "connections":{"graphUpdates":4},"subscriptions":[\
                {"name":"sales","account":"default","id":"7","resource":"users/\\"x\\"","changeTypes":"created,updated","state":"active",\
                "expiresAt":"1970-01-01T00:00:00.000Z","renewsAt":null,"lastError":null,"lastEventAt":"1970-01-01T00:00:01.000Z","isSilent":true},\
                {"name":"load","account":null,"id":null,"resource":null,"changeTypes":"deleted","state":"external","expiresAt":null,\
                "renewsAt":null,"lastError":null,"lastEventAt":null,"isSilent":false}]}
                """
        )
    }

    @Test func readinessComesPartByPart() async {
        let readiness = Readiness(of: [.listener, .announcement])
        #expect(readiness.missing == [.listener, .announcement])
        async let listening: Void = readiness.wait(for: .listener)
        readiness.reached(.listener)
        await listening
        #expect(readiness.missing == [.announcement])
        readiness.reached(.announcement)
        #expect(readiness.missing.isEmpty)
        // What is not waited for has happened.
        await readiness.wait(for: .emulator)
    }

    @Test func whoWaitsCanBeCancelled() async {
        let readiness = Readiness(of: [.listener])
        let waiting = Task { await readiness.wait(for: .listener) }
        waiting.cancel()
        await waiting.value
        #expect(readiness.missing == [.listener])
    }
}
