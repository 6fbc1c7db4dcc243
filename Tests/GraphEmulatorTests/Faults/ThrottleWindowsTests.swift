import HTTPTypes
import Testing

@testable import GraphEmulator

@Suite struct ThrottleWindowsTests {
    private static func caller(_ application: String, _ tenant: String) -> Caller {
        Caller(tenantID: tenant, applicationID: application, principalID: application, permissions: [])
    }

    private static func refused(
        _ windows: inout ThrottleWindows, _ operation: ThrottleWindows.Operation, _ application: String = "a",
        _ tenant: String = "t", at now: Int64 = morning
    ) -> GraphRefusal? {
        var copy = windows
        defer { windows = copy }
        return refusal { () throws(GraphRefusal) in try copy.take(operation, by: Self.caller(application, tenant), now: now) }
    }

    @Test(arguments: [(ThrottleWindows.Operation.list, 25), (.read, 500), (.write, 500), (.reauthorize, 1000)])
    func aTenantHasALimit(_ operation: ThrottleWindows.Operation, _ limit: Int) {
        var windows = ThrottleWindows(limits: ThrottleLimits())
        for _ in 0..<limit { #expect(Self.refused(&windows, operation) == nil) }
        let refusal = Self.refused(&windows, operation, at: morning + 12_345)
        #expect(refusal?.status == .tooManyRequests)
        #expect(refusal?.code == "TooManyRequests")
        #expect(refusal?.fields[.retryAfter] == "8")
        #expect(Self.refused(&windows, operation, "b") == nil)
        #expect(Self.refused(&windows, operation, at: morning + 20_000) == nil)
    }

    @Test(arguments: [
        (ThrottleWindows.Operation.list, 40, 25), (.read, 2000, 500), (.write, 2000, 500), (.reauthorize, 4000, 1000),
    ])
    func anApplicationHasOneInAllTenants(_ operation: ThrottleWindows.Operation, _ all: Int, _ one: Int) {
        var windows = ThrottleWindows(limits: ThrottleLimits())
        for index in 0..<all { #expect(Self.refused(&windows, operation, "a", "\(index / one)") == nil) }
        #expect(Self.refused(&windows, operation, "a", "another")?.status == .tooManyRequests)
    }

    @Test func theHintHasItsForm() {
        for (hint, text) in [
            (ThrottleLimits.Hint.none, nil), (.seconds, "20"), (.decimal, "19.500"), (.date, "Tue, 24 Nov 2026 09:30:20 GMT"),
        ] {
            var limits = ThrottleLimits()
            limits.lists = ThrottleLimits.Limit(perApplication: 1, perTenant: 1)
            limits.hint = hint
            var windows = ThrottleWindows(limits: limits)
            #expect(Self.refused(&windows, .list) == nil)
            #expect(Self.refused(&windows, .list, at: morning + 500)?.fields[.retryAfter] == text)
        }
    }

    @Test func withoutLimitsNobodyIsRefused() {
        var windows = ThrottleWindows(limits: nil)
        for _ in 0..<5000 { #expect(Self.refused(&windows, .list) == nil) }
    }
}
