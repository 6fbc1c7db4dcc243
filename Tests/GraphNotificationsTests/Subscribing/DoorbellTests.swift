import Testing

@testable import GraphNotifications

@Suite(.timeLimit(.minutes(1))) struct DoorbellTests {
    @Test func aRingIsRemembered() async {
        let bell = Doorbell()
        bell.ring()
        await bell.wait(atMost: .seconds(3600), clock: ManualTime())
    }

    @Test func aRingWakes() async {
        let bell = Doorbell()
        async let waiting: Void = bell.wait(atMost: .seconds(3600), clock: ManualTime())
        bell.ring()
        await waiting
    }

    @Test func timeWakes() async throws {
        let time = ManualTime()
        let bell = Doorbell()
        let woken = Notes<Bool>()
        async let waiting: Void = {
            await bell.wait(atMost: .seconds(5), clock: time)
            woken.note(true)
        }()
        try await time.pass(until: "it woke") { woken.count == 1 }
        await waiting
        // The ring was not used up by the one that had gone.
        bell.ring()
        await bell.wait(atMost: .seconds(3600), clock: time)
    }
}
