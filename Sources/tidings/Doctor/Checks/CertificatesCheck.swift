/// Whether there is a certificate for rich notifications, and what will become of it.
///
/// That its key fits and that Graph takes it (RSA, 2,048 to 4,096 bits) is seen when it is read.
struct CertificatesCheck: DoctorCheck {
    private static let monthOfNotice: Int64 = 30

    func findings(in observed: Observations) -> [Finding] {
        guard case .success(let settings) = observed.settings else { return [] }
        let asking = settings.managed.first(where: \.includesResourceData)
        switch observed.certificates {
        case .failure(let failure): return [Self.finding(.failed, failure.description)]
        case .success(let certificates):
            guard let current = certificates.first else {
                guard let asking else { return [] }
                return [
                    Self.finding(
                        .failed,
                        "There is none, and the subscription \(asking.name) asks for objects: make one with tidings certificate new."
                    )
                ]
            }
            let days = (current.expiresAt - observed.now) / 86_400_000
            if current.expiresAt <= observed.now {
                // Graph does not look, but an auditor will.
                return [
                    Self.finding(
                        .warning,
                        "'\(current.name)' has expired. Graph goes on using it; put another in its place with tidings certificate "
                            + "rotate."
                    )
                ]
            }
            guard days >= Self.monthOfNotice else {
                return [
                    Self.finding(
                        .warning,
                        "'\(current.name)' ends in \(days) days: put another in its place with tidings certificate rotate."
                    )
                ]
            }
            return [Self.finding(.ok, "'\(current.name)' fits its key, and is good for \(days) days.")]
        }
    }

    private static func finding(_ verdict: Finding.Verdict, _ message: String) -> Finding {
        Finding("certificate", verdict, message)
    }
}
