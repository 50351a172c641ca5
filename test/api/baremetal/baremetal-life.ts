// table of constants
/** What `baremetal` is told, one after the other, and what comes of it. */
export type Told = {
  /** Split at blanks; `<GROUP>` stands for what was kept under that name. */
  readonly words: string;
  /** What its output has: a text of it, or of what it prints as JSON. Absent: it succeeds. */
  readonly says?: string | object;
  /** It fails with this sentence. */
  readonly fails?: string;
  /** The uuid that it prints is kept under this name. */
  readonly keeps?: string;
};

/** Commands of the client itself, and one that the other tests of it show. */
export const EXCUSED: readonly string[] = ['complete', 'help', 'create'];

const JSON_OUT = '-f json';
const NODE = '5c6a4b7e-0d32-4f6f-8d7b-0e1c7c6ee000';
const CHASSIS = '5c6a4b7e-0d32-4f6f-8d7b-0e1c7c6ee001';
const PORT = '5c6a4b7e-0d32-4f6f-8d7b-0e1c7c6ee002';
const CONNECTOR = '5c6a4b7e-0d32-4f6f-8d7b-0e1c7c6ee003';
const TARGET = '5c6a4b7e-0d32-4f6f-8d7b-0e1c7c6ee004';
const VIF = '5c6a4b7e-0d32-4f6f-8d7b-0e1c7c6ee005';
const STEP = '{"interface":"deploy","step":"erase_devices_metadata"}';
/** One that the fake interfaces pretend. */
const FAKE_STEP = '{"interface":"bios","step":"factory_reset"}';
const SHOW = `node show n1 ${JSON_OUT} --fields`;

const told = (words: string, says?: string | object, keeps?: string): Told => ({
  words,
  ...(says === undefined ? {} : { says }),
  ...(keeps === undefined ? {} : { keeps }),
});
const refused = (words: string, fails: string): Told => ({ words, fails });

export const LIFE: readonly Told[] = [
  told('driver list --long', 'fake-hardware'),
  told('driver show fake-hardware', 'default_deploy_interface'),
  told('driver property list fake-hardware'),
  told('driver raid property list fake-hardware', 'raid_level'),
  told('driver passthru list fake-hardware'),
  refused('driver passthru call fake-hardware fly', 'fly'),
  told('conductor list --long', 'True'),
  told(`conductor show ingot ${JSON_OUT}`, { alive: true }),

  told(`chassis create --uuid ${CHASSIS} --description blades`),
  told(`chassis set ${CHASSIS} --extra row=3`),
  told(`chassis unset ${CHASSIS} --description`),
  told(`chassis show ${CHASSIS} ${JSON_OUT}`, { description: null, extra: { row: 3 } }),
  told(`node create --driver fake-hardware --uuid ${NODE} --name n1 --chassis-uuid ${CHASSIS} ${JSON_OUT}`, {
    provision_state: 'enroll',
  }),
  refused(`chassis delete ${CHASSIS}`, 'contains nodes'),
  told('node set n1 --resource-class big --property cpu_arch=x86_64 --extra rack=7 --description web'),
  told('node unset n1 --description'),
  told('node add trait n1 CUSTOM_GPU CUSTOM_OLD'),
  told('node remove trait n1 CUSTOM_OLD'),
  told('node trait list n1', 'CUSTOM_GPU'),
  told(
    `port group create --node ${NODE} --name bond0 --mode 802.3ad ${JSON_OUT}`,
    { name: 'bond0' },
    'GROUP',
  ),
  told('port group set bond0 --address 52:54:00:00:99:01'),
  told('port group unset bond0 --address'),
  told(`port group show bond0 ${JSON_OUT}`, { address: null }),
  told(`port create 52:54:00:00:99:02 --node ${NODE} --uuid ${PORT} --port-group <GROUP>`),
  told(`port set ${PORT} --extra nic=0`),
  told(`port unset ${PORT} --port-group`),
  told(`port show ${PORT} ${JSON_OUT}`, { portgroup_uuid: null, extra: { nic: 0 } }),
  told('port group list --node n1', 'bond0'),
  told('port list --node n1', '52:54:00:00:99:02'),
  told('port group delete bond0'),

  refused('node deploy n1', 'can not be performed'),
  told('node manage n1 --wait 600'),
  told(`${SHOW} provision_state power_state`, { provision_state: 'manageable', power_state: 'power off' }),
  told(`node inspect n1 --wait 600`),
  told('node validate n1', 'deploy'),
  told('node boot device set n1 pxe --persistent'),
  told(`node boot device show n1 ${JSON_OUT}`, { boot_device: 'pxe' }),
  told('node boot device show n1 --supported', 'pxe'),
  refused('node boot mode set n1 uefi', 'does not support set_boot_mode'),
  refused('node secure boot on n1', 'does not support set_secure_boot_state'),
  refused('node secure boot off n1', 'does not support set_secure_boot_state'),
  refused('node inject nmi n1', 'does not support inject_nmi'),
  told('node power on n1 --power-timeout 20'),
  told('node reboot n1 --soft'),
  told('node power off n1'),
  told(`node console show n1`, 'console_enabled'),
  told('node console enable n1'),
  told(`node console show n1 ${JSON_OUT}`, { console_enabled: true }),
  told('node console disable n1'),
  told('node bios setting list n1'),
  refused('node bios setting show n1 boot_order', "doesn't have a BIOS setting"),
  told('node passthru list n1', 'third_method_sync'),
  told('node passthru call n1 second_method --arg bar=kazoo'),
  refused('node passthru call n1 fly', 'fly'),
  told(`node vif attach n1 ${VIF}`),
  told('node vif list n1'),
  told(`node vif detach n1 ${VIF}`),

  told(`volume connector create --node ${NODE} --type iqn --connector-id iqn.n1 --uuid ${CONNECTOR}`),
  told(`volume connector set ${CONNECTOR} --extra a=1`),
  told(`volume connector unset ${CONNECTOR} --extra a`),
  told(`volume connector show ${CONNECTOR} ${JSON_OUT}`, { connector_id: 'iqn.n1', extra: {} }),
  told('volume connector list --node n1', 'iqn.n1'),
  told(`volume target create --node ${NODE} --type iscsi --volume-id v1 --boot-index 0 --uuid ${TARGET}`),
  told(`volume target set ${TARGET} --property lun=1`),
  told(`volume target unset ${TARGET} --property lun`),
  told(`volume target show ${TARGET} ${JSON_OUT}`, { boot_index: 0, properties: {} }),
  told('volume target list --node n1', 'v1'),
  told(`volume target delete ${TARGET}`),
  told(`volume connector delete ${CONNECTOR}`),

  refused(`node clean n1 --clean-steps [${STEP}]`, 'does not support this clean step'),
  told(`node clean n1 --clean-steps [${FAKE_STEP}] --wait 600`),
  told('node provide n1 --wait 600'),
  told(`deploy template create CUSTOM_GPU --steps [${STEP.slice(0, -1)},"args":{},"priority":0}]`),
  told('deploy template set CUSTOM_GPU --extra a=1'),
  told('deploy template unset CUSTOM_GPU --extra a'),
  told(`deploy template show CUSTOM_GPU ${JSON_OUT}`, { name: 'CUSTOM_GPU', extra: {} }),
  told('deploy template list --long', 'CUSTOM_GPU'),
  told(`allocation create --name web --resource-class big --trait CUSTOM_GPU --wait 600 ${JSON_OUT}`, {
    state: 'active',
  }),
  told('allocation set web --extra a=1'),
  told('allocation unset web --extra a'),
  told(`allocation show web ${JSON_OUT}`, { state: 'active', extra: {} }),
  told('allocation list --resource-class big', 'web'),
  told('node deploy n1 --config-drive {"meta_data":{"hostname":"h1"}} --wait 600'),
  told(`${SHOW} provision_state power_state`, { provision_state: 'active', power_state: 'power on' }),
  refused('allocation delete web', 'is active'),
  refused('node delete n1', 'is associated with instance'),
  told('node set n1 --protected --protected-reason payroll'),
  refused('node rebuild n1', 'is protected'),
  told('node unset n1 --protected'),
  told('node rebuild n1 --wait 600'),
  refused('node rescue n1 --rescue-password ', 'A non-empty "rescue_password" is required'),
  told('node rescue n1 --rescue-password sesame --wait 600'),
  told('node unrescue n1 --wait 600'),
  refused('node abort n1', 'can not be performed'),
  told('node maintenance set n1 --reason fan'),
  refused('node rebuild n1', "because it's in maintenance mode"),
  told(`${SHOW} maintenance maintenance_reason`, { maintenance: true, maintenance_reason: 'fan' }),
  told('node maintenance unset n1'),
  told('node undeploy n1 --wait 600'),
  told(`${SHOW} provision_state allocation_uuid`, { provision_state: 'available', allocation_uuid: null }),
  told('allocation create --name lost --resource-class gold'),
  told('allocation delete lost'),
  told('deploy template delete CUSTOM_GPU'),

  told('node manage n1 --wait 600'),
  told('node adopt n1 --wait 600'),
  told('node undeploy n1 --wait 600'),
  told('node history list n1', 'INFO'),
  refused('node history get n1 5c6a4b7e-0d32-4f6f-8d7b-0e1c7c6ee00f', 'could not be found'),
  told('node list --long --provision-state available', 'n1'),
  told(`port delete ${PORT}`),
  told('node delete n1'),
  told(`chassis delete ${CHASSIS}`),
  told(`chassis list ${JSON_OUT}`, []),
  told(`node list ${JSON_OUT}`, []),
];
