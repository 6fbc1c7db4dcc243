/// What a path of the sign-in service means.
enum SignInRoute: Equatable {
    case token(tenant: String)
    case deviceCode(tenant: String)
    /// Where a user types the code of a device.
    case deviceLogin
    case metadata(tenant: String, TokenVersion)
    case keys(tenant: String, TokenVersion)
    case instances
    /// Tokens for virtual machines.
    case machineIdentity
    /// Tokens for App Service, Functions and Container Apps.
    case serviceIdentity

    init?(_ segments: [String]) {
        let lowered = segments.map { $0.lowercased() }
        switch lowered {
        case ["devicelogin"]: self = .deviceLogin
        case ["metadata", "identity", "oauth2", "token"]: self = .machineIdentity
        case ["msi", "token"]: self = .serviceIdentity
        case ["common", "discovery", "instance"]: self = .instances
        default:
            guard let tenant = lowered.first else { return nil }
            switch lowered.dropFirst() {
            case ["oauth2", "v2.0", "token"], ["oauth2", "token"]: self = .token(tenant: tenant)
            case ["oauth2", "v2.0", "devicecode"]: self = .deviceCode(tenant: tenant)
            case [".well-known", "openid-configuration"]: self = .metadata(tenant: tenant, .v1)
            case ["v2.0", ".well-known", "openid-configuration"]: self = .metadata(tenant: tenant, .v2)
            case ["discovery", "keys"]: self = .keys(tenant: tenant, .v1)
            case ["discovery", "v2.0", "keys"]: self = .keys(tenant: tenant, .v2)
            default: return nil
            }
        }
    }
}
