import Testing

@testable import GraphNotifications

@Suite struct FailurePolicyTests {
    private let policy = FailurePolicy(attempts: 3, backoff: Backoff(base: .seconds(2), maximum: .seconds(60)))

    private func recovery(
        _ error: GraphError, attempt: Int = 1, mayRepeat: Bool = true
    ) -> FailurePolicy.Recovery {
        self.policy.recovery(from: error, attempt: attempt, mayRepeat: mayRepeat, random: 1)
    }

    @Test(arguments: [
        (GraphError.Code.storageFailed, FailureClass.retryable), (.unreachable, .retryable), (.serviceFailed, .retryable),
        (.validationFailed, .retryable), (.suspended, .retryable), (.throttled, .throttled), (.credentialRefused, .auth),
        (.requestRefused, .permanent), (.notFound, .permanent), (.alreadyExists, .permanent),
        (.invalidDeclaration, .permanent), (.malformedNotification, .poison),
    ])
    func eachIsOfOneClass(code: GraphError.Code, kind: FailureClass) {
        let error = GraphError(code, "x")
        #expect(error.failureClass == kind)
        #expect(error.isRetryable == (kind == .retryable || kind == .throttled))
        #expect(error.isUncertain == (code == .unreachable || code == .serviceFailed))
    }

    @Test func missingPermissionsAreAboutAuthorization() {
        #expect(GraphError(.requestRefused, "x", status: 403, graphCode: "Authorization_RequestDenied").failureClass == .auth)
    }

    @Test func whatMayPassIsTriedAgainAFewTimes() {
        let error = GraphError(.serviceFailed, "x")
        #expect(self.recovery(error) == .retry(after: .seconds(2)))
        #expect(self.recovery(error, attempt: 2) == .retry(after: .seconds(4)))
        #expect(self.recovery(error, attempt: 3) == .giveUp)
        #expect(FailurePolicy.once.recovery(from: error, attempt: 1, mayRepeat: true, random: 0) == .giveUp)
    }

    @Test(arguments: [GraphError.Code.unreachable, .serviceFailed])
    func whatMayHaveWorkedIsNotRepeatedBlindly(code: GraphError.Code) {
        #expect(self.recovery(GraphError(code, "x"), mayRepeat: false) == .giveUp)
        #expect(self.recovery(GraphError(.throttled, "x"), mayRepeat: false) == .retry(after: .seconds(2)))
        #expect(self.recovery(GraphError(.suspended, "x"), mayRepeat: false) == .retry(after: .seconds(2)))
    }

    @Test func waitsAsLongAsAskedAndNotLonger() {
        #expect(self.recovery(GraphError(.throttled, "x", retryAfter: .seconds(17))) == .retry(after: .seconds(17)))
        #expect(self.recovery(GraphError(.throttled, "x", retryAfter: .zero)) == .retry(after: .seconds(2)))
        #expect(self.recovery(GraphError(.throttled, "x", retryAfter: .seconds(61))) == .giveUp)
    }

    @Test(arguments: [GraphError.Code.credentialRefused, .requestRefused, .notFound, .alreadyExists, .invalidDeclaration])
    func whatDoesNotPassIsGivenUp(code: GraphError.Code) {
        #expect(self.recovery(GraphError(code, "x")) == .giveUp)
    }

    @Test func poisonIsSetAside() {
        #expect(self.recovery(GraphError(.malformedNotification, "x")) == .setAside)
    }
}
