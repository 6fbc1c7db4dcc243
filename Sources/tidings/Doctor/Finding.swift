/// What one check says about one thing: whether it is well, in one sentence, with what to do if it is not.
struct Finding: Equatable, Sendable, Encodable {
    enum Verdict: String, Sendable, Encodable {
        /// It is as it should be.
        case ok
        /// It works, and will not for ever.
        case warning
        /// It does not work.
        case failed
        /// It could not be looked at.
        case skipped
    }

    var check: String
    /// Which account it is about, where there are several.
    var account: String?
    var verdict: Verdict
    var message: String

    init(_ check: String, _ verdict: Verdict, _ message: String, account: String? = nil) {
        self.check = check
        self.account = account
        self.verdict = verdict
        self.message = message.withoutControlCharacters
    }
}

/// Looks at one side of what was observed. It asks nobody: the same observations make the same findings.
protocol DoctorCheck: Sendable {
    func findings(in observed: Observations) -> [Finding]
}
