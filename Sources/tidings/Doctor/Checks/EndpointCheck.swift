/// Whether Graph can reach the public address, and is answered as it wants to be.
struct EndpointCheck: DoctorCheck {
    private static let noticeOfDays: Int64 = 14

    func findings(in observed: Observations) -> [Finding] {
        guard case .success(let settings) = observed.settings else { return [] }
        guard let endpoint = observed.endpoint else {
            guard settings.publicURL == nil else { return [] }
            return [Self.finding(.skipped, "http.publicUrl is not set, so Graph has nowhere to send to.")]
        }
        if let error = endpoint.nameError { return [Self.finding(.failed, error)] }
        var findings: [Finding] = []
        if let end = endpoint.certificateExpiresAt { findings += Self.certificate(end, now: observed.now) }
        guard !findings.contains(where: { $0.verdict == .failed }) else { return findings }
        findings += endpoint.failures.map { Self.finding(.failed, "\($0.path): \($0.reason)") }
        if endpoint.failures.isEmpty {
            findings.append(Self.finding(.ok, "\(endpoint.url) is reached from here and repeats Graph's token."))
        }
        return findings
    }

    private static func certificate(_ end: Int64, now: Int64) -> [Finding] {
        let days = (end - now) / 86_400_000
        if end <= now {
            return [self.finding(.failed, "Its TLS certificate expired \(-days) days ago, and Graph refuses it: renew it.")]
        }
        guard days < self.noticeOfDays else { return [] }
        return [self.finding(.warning, "Its TLS certificate ends in \(days) days: see to its renewal.")]
    }

    private static func finding(_ verdict: Finding.Verdict, _ message: String) -> Finding {
        Finding("public URL", verdict, message)
    }
}
