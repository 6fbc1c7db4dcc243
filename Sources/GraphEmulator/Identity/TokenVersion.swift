/// The form of a token: the sign-in service has two.
public enum TokenVersion: Int, Codable, Sendable {
    case v1 = 1
    case v2 = 2

    /// Who signs tokens of this form, with the tenant's id or a placeholder for it.
    func issuer(tenantID: String) -> String {
        switch self {
        case .v1: "https://sts.windows.net/\(tenantID)/"
        case .v2: "https://login.microsoftonline.com/\(tenantID)/v2.0"
        }
    }

    /// What stands in the claim `ver`.
    var claim: String { self == .v1 ? "1.0" : "2.0" }
}
