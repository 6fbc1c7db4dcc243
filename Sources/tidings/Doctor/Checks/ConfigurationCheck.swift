/// Whether the configuration can be read, and what it declares.
struct ConfigurationCheck: DoctorCheck {
    func findings(in observed: Observations) -> [Finding] {
        switch observed.settings {
        case .failure(let failure): return [Finding("configuration", .failed, failure.description)]
        case .success(let settings):
            let kept = Self.count(settings.managed.count, "subscription")
            let others = settings.external.isEmpty ? "" : ", \(settings.external.count) kept by others"
            guard !settings.accounts.isEmpty else {
                return [
                    Finding(
                        "configuration", .warning,
                        "\(kept)\(others), and no account of Graph: set graph.tenantId, graph.clientId and a credential to keep any."
                    )
                ]
            }
            return [Finding("configuration", .ok, "\(kept)\(others), \(Self.count(settings.accounts.count, "account")).")]
        }
    }

    private static func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
}
